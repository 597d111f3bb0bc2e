import { createHash, X509Certificate } from 'node:crypto'
import { decodeJwt, decodeProtectedHeader } from 'jose'
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { contosoDirectory, startEmulator, type Emulator } from 'entrada/emulator'
import { validityOf } from '../../src/platform/certificate-validity.js'
import { appCertificate, type AppCertificate } from '../support/certificates.js'
import {
  contosoId,
  daemonId,
  daemonWith,
  fabrikamId,
  failureOf,
  machineWith,
  registrationOf,
} from '../support/daemon.js'

const day = 86_400_000

let emulator: Emulator
let certificate: AppCertificate
let other: AppCertificate
const time = { now: Date.now() }

beforeAll(async () => {
  const directory = contosoDirectory()
  emulator = await startEmulator(directory, { now: () => time.now })
  certificate = await appCertificate()
  other = await appCertificate()
  registrationOf(emulator).certificates = [certificate.certificate]
  registrationOf(emulator).servicePrincipals = { [fabrikamId]: daemonId }
})
afterAll(() => emulator.stop())
afterEach(() => {
  time.now = Date.now()
  registrationOf(emulator).certificates = [certificate.certificate]
})

const inPem = (pem: string, x5c?: boolean) => ({
  certificate: { pem, ...(x5c !== undefined && { x5c }) },
})

const notAfterOf = (pem: string) => Date.parse(new X509Certificate(pem).validTo)

describe('a certificate credential', () => {
  it('T19 signs a fresh assertion for each request: PS256, x5t#S256, five minutes', async () => {
    const { ask, sent } = daemonWith(emulator, inPem(certificate.pem), { time })
    await ask()
    await ask()
    const assertions = sent.map(({ form }) => form['client_assertion'] ?? '')
    for (const assertion of assertions) {
      expect(decodeProtectedHeader(assertion)).toEqual({
        alg: 'PS256',
        typ: 'JWT',
        'x5t#S256': createHash('sha256')
          .update(new X509Certificate(certificate.pem).raw)
          .digest('base64url'),
      })
      const claims = decodeJwt(assertion)
      const now = Math.floor(time.now / 1000)
      expect(claims).toMatchObject({ iss: daemonId, sub: daemonId, nbf: now, iat: now })
      expect(claims.exp).toBe(now + 300)
    }
    const [first, second] = assertions.map((assertion) => decodeJwt(assertion).jti)
    expect(first).toMatch(/^[\da-f-]{36}$/)
    expect(first).not.toBe(second)
  })

  it('T19 addresses each assertion to the token endpoint of the tenant it is sent to', async () => {
    const { ask, sent } = daemonWith(emulator, inPem(certificate.pem), { time })
    await ask(contosoId)
    await ask(fabrikamId).catch(() => undefined)
    expect(sent.map(({ url }) => url)).toEqual([
      `${emulator.origin}/${contosoId}/oauth2/v2.0/token`,
      `${emulator.origin}/${fabrikamId}/oauth2/v2.0/token`,
    ])
    for (const { url, form } of sent)
      expect(decodeJwt(form['client_assertion'] ?? '').aud).toBe(url)
  })

  it('R03 sends its certificates along when x5c is true', async () => {
    const { ask, sent } = daemonWith(emulator, inPem(certificate.pem + other.certificate, true))
    await ask()
    const header = decodeProtectedHeader(sent[0]?.form['client_assertion'] ?? '')
    expect(header.x5c).toEqual(
      [certificate, other].map((one) =>
        new X509Certificate(one.certificate).raw.toString('base64'),
      ),
    )
  })

  it('T20 uses the certificate that replaced the one on disk, both valid meanwhile', async () => {
    const machine = machineWith({}, { '/app.pem': certificate.pem })
    const daemon = daemonWith(emulator, { certificate: { path: '/app.pem' } }, { machine, time })
    registrationOf(emulator).certificates = [certificate.certificate, other.certificate]
    await daemon.ask()
    machine.files.set('/app.pem', other.pem)
    await daemon.ask()
    registrationOf(emulator).certificates = [other.certificate]
    await daemon.ask()
    const names = daemon.sent.map(
      ({ form }) => decodeProtectedHeader(form['client_assertion'] ?? '')['x5t#S256'],
    )
    expect(names[0]).not.toBe(names[1])
    expect(names[1]).toBe(names[2])
    expect(machine.warnings).toEqual([])
  })

  it.each([
    ['half written', (pem: string) => pem.slice(0, pem.length - 200)],
    ['gone', () => undefined],
    ['empty', () => ''],
  ])(
    'T20 stays with the certificate it has while the file is %s, and says so once',
    async (_, damage) => {
      const machine = machineWith({}, { '/app.pem': certificate.pem })
      const daemon = daemonWith(emulator, { certificate: { path: '/app.pem' } }, { machine, time })
      const text = damage(other.pem)
      if (text === undefined) machine.files.delete('/app.pem')
      else machine.files.set('/app.pem', text)
      await daemon.ask()
      await daemon.ask()
      expect(machine.warnings).toEqual([expect.stringMatching(/^\/app\.pem: .* stays in use\.$/)])
      machine.files.set('/app.pem', certificate.pem)
      await daemon.ask()
      machine.files.delete('/app.pem')
      await daemon.ask()
      expect(machine.warnings).toHaveLength(2)
      expect(machine.warnings.join()).not.toMatch(/BEGIN|MII/)
    },
  )

  it('T20 warns thirty days ahead, once, in a process that has been running for years', async () => {
    const { ask, machine } = daemonWith(emulator, inPem(certificate.pem), { time })
    const end = notAfterOf(certificate.pem)
    time.now = end - 31 * day
    await ask()
    expect(machine.warnings).toEqual([])
    time.now = end - 29.5 * day
    await ask()
    await ask()
    const date = new Date(end).toISOString().slice(0, 10)
    expect(machine.warnings).toEqual([
      expect.stringContaining(`credential.certificate.pem expires in 29 days, on ${date}`),
    ])
  })

  it('T20 warns at construction, and by the name of the file', async () => {
    const soon = await appCertificate(time.now - 1811 * day)
    const machine = machineWith({}, { '/app.pem': soon.pem })
    daemonWith(emulator, { certificate: { path: '/app.pem' } }, { machine, time })
    expect(machine.warnings).toEqual([
      expect.stringMatching(/certificate \/app\.pem expires in 1\d/),
    ])
  })

  it('T20 says when it expired, and sends nothing with it', async () => {
    const { ask, sent, machine } = daemonWith(emulator, inPem(certificate.pem), { time })
    time.now = notAfterOf(certificate.pem) + 300_001
    const error = await failureOf(ask())
    expect(error).toMatchObject({ code: 'ERR_ENTRA_CONFIGURATION', option: 'credential' })
    expect(error.message).toMatch(/expired on \d{4}-\d\d-\d\d\. Register a new one/)
    expect(sent).toEqual([])
    expect(error.message + machine.warnings.join()).not.toMatch(/BEGIN|MII/)
  })

  it('T20 says when it is not valid yet', async () => {
    const early = await appCertificate(time.now + day)
    const error = await failureOf(daemonWith(emulator, inPem(early.pem), { time }).ask())
    expect(error.message).toContain('is not yet')
  })

  it.each([
    [{ pem: 'a', path: 'b' }, /must be \{ pem/],
    [{ pem: 'a', x5c: 'yes' }, /x5c: true/],
    [{ pem: 'a', pasword: 'b' }, /must be/],
    ['/app.pem', /must be/],
    [{ pem: undefined }, /must be/],
  ])('R04 explains what is wrong with %j', (option, text) => {
    expect(() => daemonWith(emulator, { certificate: option })).toThrow(text)
  })

  it('R04 explains a certificate that is none, and a key that is not RSA', async () => {
    const key = certificate.pem.slice(0, certificate.pem.indexOf('-----BEGIN CERT'))
    const nonsense = `${key}-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n`
    expect(() => daemonWith(emulator, inPem(nonsense))).toThrow(/not X\.509/)
    const { privateKey } = await crypto.subtle.generateKey('Ed25519', true, ['sign', 'verify'])
    const der = Buffer.from(await crypto.subtle.exportKey('pkcs8', privateKey)).toString('base64')
    const pem = `-----BEGIN PRIVATE KEY-----\n${der}\n-----END PRIVATE KEY-----\n${certificate.certificate}`
    const error = await failureOf(daemonWith(emulator, inPem(pem)).ask())
    expect(error.message).toContain('not an RSA key')
    expect(error.message).not.toContain(der.slice(0, 20))
  })
})

describe('the validity of a certificate', () => {
  it.each([2_000, 2_026, 2_044, 2_046, 2_049, 2_060])(
    'is read as Node reads it, beginning in %i',
    async (year) => {
      const { certificate: pem } = await appCertificate(Date.UTC(year, 1, 3, 4, 5, 6))
      const node = new X509Certificate(pem)
      expect(validityOf(node.raw)).toEqual({
        notBefore: Date.parse(node.validFrom),
        notAfter: Date.parse(node.validTo),
      })
    },
  )

  it('is undefined for bytes that are cut off or altered, and never an exception', () => {
    const { raw } = new X509Certificate(certificate.certificate)
    for (let length = 0; length < 150; length += 1) {
      expect(validityOf(raw.subarray(0, length))).toBeUndefined()
    }
    for (let index = 0; index < 200; index += 1) {
      const altered = Uint8Array.from(raw)
      altered[index] = (altered[index] ?? 0) ^ 0xff
      expect(() => validityOf(altered)).not.toThrow()
    }
  })
})
