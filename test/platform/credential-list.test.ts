import { inspect } from 'node:util'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { contosoDirectory, startEmulator, type Emulator } from 'entrada/emulator'
import { createInstance } from '../../src/middleware/instance.js'
import { settingsOf } from '../../src/middleware/settings.js'
import { appCertificate, type AppCertificate } from '../support/certificates.js'
import {
  contosoId,
  daemonId,
  daemonSecret,
  daemonWith,
  failureOf,
  machineWith,
  registrationOf,
} from '../support/daemon.js'

let emulator: Emulator
let certificate: AppCertificate
let unknown: AppCertificate

beforeAll(async () => {
  emulator = await startEmulator(contosoDirectory())
  certificate = await appCertificate()
  unknown = await appCertificate()
})
afterAll(() => emulator.stop())
beforeEach(() => {
  registrationOf(emulator).certificates = [certificate.certificate]
})
afterEach(() => {
  emulator.faults.clear()
  emulator.clearRequests()
})

const wrongSecret = { secret: 'canary-wrong-secret' }
const rightSecret = { secret: daemonSecret }
const byCertificate = () => ({ certificate: { pem: certificate.pem } })

function refusing(codes: number[], times?: number): void {
  emulator.faults.set({
    endpoint: 'token',
    kind: 'status',
    status: 401,
    body: { error: 'invalid_client', error_codes: codes, error_description: `AADSTS${codes[0]}` },
    ...(times !== undefined && { times }),
  })
}

describe('a list of credentials', () => {
  it('R03 tries the next one when the certificate is not registered, and keeps to it', async () => {
    const list = [{ certificate: { pem: unknown.pem } }, rightSecret]
    const { ask, proofs, machine } = daemonWith(emulator, list)
    await ask()
    await ask()
    expect(proofs()).toEqual(['assertion', 'secret', 'secret'])
    expect(emulator.requests.map(({ codes }) => codes?.[0])).toEqual([700027, undefined, undefined])
    expect(machine.warnings).toEqual([
      expect.stringMatching(
        /^credential 2 \(secret\) is used .* credential 1 \(certificate\) cannot be\. .*AADSTS700027/,
      ),
    ])
  })

  it.each([700027, 7000215, 7000222, 700024])(
    'R03 tries the next one on AADSTS%i',
    async (code) => {
      refusing([code], 1)
      const { ask, proofs } = daemonWith(emulator, [rightSecret, byCertificate()])
      await ask()
      expect(proofs()).toEqual(['secret', 'assertion'])
    },
  )

  it.each<[string, Parameters<Emulator['faults']['set']>[0]]>([
    ['an outage', { endpoint: 'token', kind: 'status', status: 503 }],
    ['throttling', { endpoint: 'token', kind: 'status', status: 429, retryAfter: 30 }],
    ['a reset connection', { endpoint: 'token', kind: 'reset' }],
    [
      'a refusal that is about something else',
      {
        endpoint: 'token',
        kind: 'status',
        status: 400,
        body: { error: 'invalid_scope', error_codes: [70011] },
      },
    ],
  ])('R03 does not try the next one because of %s', async (_what, fault) => {
    emulator.faults.set(fault)
    const { ask, proofs } = daemonWith(emulator, [rightSecret, byCertificate()])
    await expect(ask()).rejects.not.toMatchObject({ code: 'ERR_ENTRA_CREDENTIAL_REJECTED' })
    expect(proofs()).toEqual(['secret'])
  })

  it('R03 returns to the first one when the one that worked is rejected later', async () => {
    const time = { now: Date.now() }
    const { ask, proofs } = daemonWith(emulator, [rightSecret, byCertificate()], { time })
    refusing([7000222], 1)
    await ask()
    registrationOf(emulator).certificates = []
    await expect(ask()).rejects.toMatchObject({ aadsts: [700027, 7000222] })
    time.now += 10_000
    await ask()
    await ask()
    expect(proofs()).toEqual(['secret', 'assertion', 'assertion', 'assertion', 'secret', 'secret'])
  })

  it('T20 makes up for a certificate that cannot be used, without sending anything', async () => {
    const expired = await appCertificate(Date.now() - 5.1 * 365.25 * 86_400_000)
    const { ask, proofs } = daemonWith(emulator, [
      { certificate: { pem: expired.pem } },
      rightSecret,
    ])
    await ask()
    expect(proofs()).toEqual(['secret'])
  })

  it('R03 names the fault of each when all are rejected, and no secret', async () => {
    const list = [{ certificate: { pem: unknown.pem } }, wrongSecret]
    const daemon = daemonWith(emulator, list)
    const error = await failureOf(daemon.ask())
    expect(error).toMatchObject({
      code: 'ERR_ENTRA_CREDENTIAL_REJECTED',
      status: 500,
      aadsts: [700027, 7000215],
      oauthError: 'invalid_client',
      resource: expect.stringContaining('api://'),
    })
    expect(error.message).toMatch(/certificate: .*AADSTS700027.*secret: .*AADSTS7000215/)
    const shown = inspect([error, daemon.credential, daemon.machine.warnings], { depth: 9 })
    expect(shown + JSON.stringify([error, daemon.credential])).not.toMatch(/canary|BEGIN|eyJ/)
  })

  it.each([
    [[], /empty list/],
    [[{ secret: 'a' }, 'b'], /string/],
    [[[{ secret: 'a' }]], /list in a list/],
    [[{ secret: undefined }], /without a credential/],
    [[{ secret: 'a' }, { managedIdentity: {} }], /federated: \{ managedIdentity/],
    [{ secret: 'a', federated: { tokenFile: 'b' } }, /both secret and federated/],
  ])('R04 explains what is wrong with %j', (option, text) => {
    expect(() => daemonWith(emulator, option)).toThrow(text)
  })
})

describe('a rejected credential', () => {
  it('T21 rests: a thousand requests send it once', async () => {
    const time = { now: Date.now() }
    const { ask, proofs } = daemonWith(emulator, wrongSecret, { time })
    await failureOf(ask())
    for (let count = 0; count < 1000; count += 1) {
      await expect(ask()).rejects.toMatchObject({ aadsts: [7000215] })
    }
    expect(proofs()).toHaveLength(1)
  })

  it('T21 is tried by one request after 10 seconds, then after twice as long, a minute at most', async () => {
    const time = { now: Date.now() }
    const { ask, proofs } = daemonWith(emulator, wrongSecret, { time })
    await failureOf(ask())
    for (const [index, pause] of [10_000, 20_000, 40_000, 60_000, 60_000].entries()) {
      time.now += pause - 1
      await failureOf(ask())
      time.now += 1
      await Promise.all([failureOf(ask()), failureOf(ask()), failureOf(ask())])
      expect(proofs()).toHaveLength(index + 2)
    }
  })

  it('T21 is not held back by a clock that was set back, nor by an attempt that told nothing', async () => {
    const time = { now: Date.now() }
    const { ask, proofs } = daemonWith(emulator, wrongSecret, { time })
    await failureOf(ask())
    time.now -= 3_600_000
    emulator.faults.set({ endpoint: 'token', kind: 'status', status: 503, times: 1 })
    await expect(ask()).rejects.toMatchObject({ code: 'ERR_ENTRA_PLATFORM_UNAVAILABLE' })
    await failureOf(ask())
    expect(proofs()).toHaveLength(3)
  })

  it('T21 is used again as soon as the registration knows it', async () => {
    const time = { now: Date.now() }
    const { ask } = daemonWith(emulator, { secret: 'added later' }, { time })
    await failureOf(ask())
    const app = registrationOf(emulator)
    const before = app.secrets
    app.secrets = [...(before ?? []), 'added later']
    time.now += 10_000
    await ask()
    await ask()
    app.secrets = before ?? []
    expect(emulator.requests.map(({ status }) => status)).toEqual([401, 200, 200])
  })

  it('T21 is passed over while another one works', async () => {
    const time = { now: Date.now() }
    const { ask, proofs } = daemonWith(emulator, [wrongSecret, byCertificate()], { time })
    for (let hour = 0; hour < 5; hour += 1) {
      await ask()
      time.now += 60_000
    }
    expect(proofs()).toEqual(['secret', ...Array.from({ length: 5 }, () => 'assertion')])
  })
})

describe('the credential of a deployment', () => {
  const base = { AZURE_TENANT_ID: contosoId, AZURE_CLIENT_ID: daemonId }

  it.each([
    [{ AZURE_CLIENT_SECRET: 's' }, ['secret']],
    [{ AZURE_CLIENT_CERTIFICATE_PATH: '/app.pem' }, ['certificate']],
    [{ AZURE_FEDERATED_TOKEN_FILE: '/token' }, ['federated']],
    [
      {
        AZURE_CLIENT_SECRET: 's',
        AZURE_CLIENT_CERTIFICATE_PATH: '/app.pem',
        AZURE_FEDERATED_TOKEN_FILE: '/token',
      },
      ['federated', 'certificate', 'secret'],
    ],
    [{ AZURE_CLIENT_SECRET: '', AZURE_CLIENT_CERTIFICATE_PATH: '' }, undefined],
  ])('R03 comes from the environment %j', (variables, kinds) => {
    const machine = machineWith(
      { ...base, ...variables },
      { '/app.pem': certificate.pem, '/token': 'eyJ.eyJ.c2ln' },
    )
    expect(settingsOf({}, machine).credential?.kinds).toEqual(kinds)
  })

  it('R03 warns once of a secret in production, and not of a certificate', async () => {
    const production = { NODE_ENV: 'production' }
    const withSecret = daemonWith(emulator, rightSecret, { machine: machineWith(production) })
    await withSecret.ask()
    await withSecret.ask()
    expect(withSecret.machine.warnings).toEqual([expect.stringMatching(/secret, in production/)])
    expect(withSecret.machine.warnings.join()).not.toContain(daemonSecret)
    const machine = machineWith(production)
    daemonWith(emulator, byCertificate(), { machine })
    expect(machine.warnings).toEqual([])
    expect(daemonWith(emulator, rightSecret).machine.warnings).toEqual([])
  })

  it.each([
    ['forApp()', (app: ReturnType<typeof createInstance>) => app.api.forApp()],
    ['signIn()', (app: ReturnType<typeof createInstance>) => app.pages.signIn({})],
    [
      'onBehalfOf()',
      (app: ReturnType<typeof createInstance>) =>
        app.api.onBehalfOf({
          kind: 'app',
          tenantId: contosoId,
          objectId: '',
          subject: '',
          clientId: daemonId,
          roles: [],
          claims: {},
        } as never), // nobody looks at the caller before the credential
    ],
  ])('R04 is missing: %s says so, with every variable that would give one', (use, call) => {
    const app = createInstance(
      { tenant: contosoId, clientId: daemonId, baseUrl: 'http://localhost:3000' },
      machineWith(),
    )
    expect(() => call(app)).toThrow(`${use} needs a credential`)
    for (const kind of ['FEDERATED_TOKEN_FILE', 'CLIENT_CERTIFICATE_PATH', 'CLIENT_SECRET']) {
      expect(() => call(app)).toThrow(`AZURE_${kind}`)
    }
  })
})
