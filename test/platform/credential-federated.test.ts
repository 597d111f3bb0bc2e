import { inspect } from 'node:util'
import { decodeJwt } from 'jose'
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { contosoDirectory, startEmulator, type Emulator } from 'entrada/emulator'
import {
  contosoId,
  daemonSecret,
  daemonWith,
  failureOf,
  machineWith,
  registrationOf,
} from '../support/daemon.js'

const subject = 'system:serviceaccount:reports:daemon'
const identity = {
  clientId: '2b6c1d0e-5f4a-4b39-8c7d-e1f20a3b4c5d',
  principalId: '90f1e2d3-c4b5-4a69-8778-695a4b3c2d1e',
  tenantId: contosoId,
  type: 'UserAssigned',
} as const

const time = { now: Date.now() }
let emulator: Emulator

beforeAll(async () => {
  emulator = await startEmulator(contosoDirectory(), { now: () => time.now })
  emulator.directory.managedIdentities = [{ ...identity }]
  registrationOf(emulator).federatedCredentials = [
    {
      name: 'cluster',
      issuer: emulator.workload.issuer,
      subject,
      audience: 'api://AzureADTokenExchange',
    },
    {
      name: 'machine',
      issuer: `${emulator.authority}/v2.0`,
      subject: identity.principalId,
      audience: 'api://AzureADTokenExchange',
    },
  ]
})
afterAll(() => emulator.stop())
afterEach(() => {
  time.now = Date.now()
  emulator.faults.clear()
  emulator.clearRequests()
})

describe('a federated credential from a file', () => {
  it('R03 reads the file again for each exchange', async () => {
    const machine = machineWith({}, { '/token': `${await emulator.workload.mint({ subject })}\n` })
    const daemon = daemonWith(emulator, { federated: { tokenFile: '/token' } }, { machine, time })
    await daemon.ask()
    time.now += 3_600_000
    machine.files.set('/token', await emulator.workload.mint({ subject }))
    await daemon.ask()
    const [first, second] = daemon.sent.map(({ form }) => decodeJwt(form['client_assertion'] ?? ''))
    expect(first?.jti).not.toBe(second?.jti)
    expect(daemon.sent[0]?.form['client_assertion_type']).toBe(
      'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    )
  })

  it('R03 falls back when the token in the file is too old (AADSTS700024)', async () => {
    const machine = machineWith({}, { '/token': await emulator.workload.mint({ subject }) })
    const list = [{ federated: { tokenFile: '/token' } }, { secret: daemonSecret }]
    const { ask, proofs } = daemonWith(emulator, list, { machine, time })
    time.now += 2 * 3_600_000
    await ask()
    expect(proofs()).toEqual(['assertion', 'secret'])
    expect(emulator.requests[0]?.codes).toEqual([700024])
  })

  it('names the subject as a thing to compare when none fits, case included', async () => {
    const minted = await emulator.workload.mint({ subject: subject.toUpperCase() })
    const machine = machineWith({}, { '/token': minted })
    const daemon = daemonWith(emulator, { federated: { tokenFile: '/token' } }, { machine, time })
    const error = await failureOf(daemon.ask())
    expect(error).toMatchObject({ code: 'ERR_ENTRA_CREDENTIAL_REJECTED', aadsts: [700213] })
    expect(error.message).toContain('case counts')
    expect(inspect(error, { depth: 9 })).not.toContain(minted)
  })

  it.each([
    [{}, /cannot be read/],
    [{ '/token': '  ' }, /no JSON Web Token/],
    [{ '/token': 'canary' }, /no JSON Web Token/],
  ])('R04 is missed at construction: %j', (files, text) => {
    const machine = machineWith({}, files)
    const make = () => daemonWith(emulator, { federated: { tokenFile: '/token' } }, { machine })
    expect(make).toThrow(text)
    expect(make).toThrow(/azure\.workload\.identity\/use/)
    expect(make).not.toThrow(/canary/)
  })
})

describe('a federated credential from a callback', () => {
  it('R03 is asked for each exchange', async () => {
    let asked = 0
    const assertion = () => {
      asked += 1
      return emulator.workload.mint({ subject })
    }
    const { ask } = daemonWith(emulator, { federated: { assertion } }, { time })
    await ask()
    await ask()
    expect(asked).toBe(2)
  })

  it.each<[string, () => unknown, RegExp]>([
    ['throws', () => Promise.reject(new RangeError('canary')), /failed \(RangeError\)/],
    [
      'throws at once',
      () => {
        throw new TypeError('canary')
      },
      /failed \(TypeError\)/,
    ],
    ['gives nothing', () => undefined, /gave undefined/],
    ['gives no token', () => 'canary', /gave string/],
  ])('that %s is told without its words', async (_what, assertion, text) => {
    const error = await failureOf(daemonWith(emulator, { federated: { assertion } }).ask())
    expect(error).toMatchObject({ code: 'ERR_ENTRA_CONFIGURATION', option: 'credential' })
    expect(error.message).toMatch(text)
    expect(inspect(error, { depth: 9 })).not.toContain('canary')
    expect(emulator.requests).toHaveLength(0)
  })

  it('that never answers is held to the deadline of the request', async () => {
    const assertion = () => new Promise<string>(() => undefined)
    const { credential } = daemonWith(emulator, { federated: { assertion } })
    const send = credential?.authenticated(() => Promise.reject(new Error('nothing to send')))
    const request = { body: new URLSearchParams(), headers: {}, method: 'POST' }
    const signal = AbortSignal.timeout(20)
    const answer = send?.(emulator.origin, { ...request, redirect: 'manual', signal })
    await expect(answer).rejects.toMatchObject({ name: 'TimeoutError' })
  })

  it('makes up for a callback that fails with the next of the list', async () => {
    const assertion = () => Promise.reject(new Error('no metadata here'))
    const list = [{ federated: { assertion } }, { secret: daemonSecret }]
    const { ask, proofs, machine } = daemonWith(emulator, list)
    await ask()
    expect(proofs()).toEqual(['secret'])
    expect(machine.warnings).toEqual([
      expect.stringMatching(/\(federated\) cannot be\. The callback/),
    ])
  })
})

describe('a federated credential from a managed identity', () => {
  const option = { federated: { managedIdentity: { clientId: identity.clientId } } }

  it.each(['virtualMachine', 'appService'] as const)(
    'R03 proves the registration by a token for api://AzureADTokenExchange of the %s',
    async (kind) => {
      const machine = machineWith(emulator.workload[kind])
      const daemon = daemonWith(emulator, option, { machine, time })
      const { access_token: token } = await daemon.ask()
      expect(decodeJwt(token)).toMatchObject({ azp: registrationOf(emulator).appId, azpacr: '2' })
      expect(decodeJwt(daemon.sent[0]?.form['client_assertion'] ?? '')).toMatchObject({
        aud: 'api://AzureADTokenExchange',
        iss: `${emulator.authority}/v2.0`,
        sub: identity.principalId,
      })
    },
  )

  it('keeps the identity token while it is good, and asks once for many', async () => {
    const machine = machineWith(emulator.workload.virtualMachine)
    const daemon = daemonWith(emulator, option, { machine, time })
    const asked = () =>
      emulator.requests.filter(({ endpoint }) => endpoint === 'managed-identity').length
    await Promise.all([daemon.ask(), daemon.ask(), daemon.ask()])
    await daemon.ask()
    expect(asked()).toBe(1)
    time.now += 86_400_000 - 299_000
    await daemon.ask()
    expect(asked()).toBe(2)
    time.now -= 7_200_000
    await daemon.ask()
    expect(asked()).toBe(3)
  })

  it('X01 goes on with the identity token until it ends while the machine does not answer', async () => {
    const machine = machineWith(emulator.workload.virtualMachine)
    const daemon = daemonWith(emulator, option, { machine, time })
    await daemon.ask()
    emulator.faults.set({ endpoint: 'managed-identity', kind: 'status', status: 500 })
    time.now += 86_400_000 - 200_000
    expect((await daemon.ask()).access_token).toBeDefined()
    time.now += 200_000
    await expect(daemon.ask()).rejects.toMatchObject({ status: 503 })
    emulator.faults.clear()
  })

  it('R03 is passed over for a minute when the machine does not answer, and warned of once', async () => {
    const machine = machineWith(emulator.workload.virtualMachine)
    const list = [option, { secret: daemonSecret }]
    const { ask, proofs } = daemonWith(emulator, list, { machine, time })
    emulator.faults.set({ endpoint: 'managed-identity', kind: 'reset' })
    await ask()
    time.now += 60_000
    await ask()
    emulator.faults.clear()
    time.now += 59_999
    await ask()
    time.now += 1
    await ask()
    expect(proofs()).toEqual(['secret', 'secret', 'secret', 'assertion'])
    expect(machine.warnings).toEqual([
      expect.stringMatching(/^credential 2 \(secret\) is used for a minute, .* 1 \(federated\)/),
    ])
  })

  it.each([
    ['https://login.microsoftonline.us', 'api://AzureADTokenExchangeUSGov'],
    ['https://login.partner.microsoftonline.cn', 'api://AzureADTokenExchangeChina'],
  ])('R03 asks for the token exchange of the cloud of %s', async (publicOrigin, audience) => {
    const national = await startEmulator(contosoDirectory(), { publicOrigin })
    try {
      national.directory.managedIdentities = [{ ...identity }]
      const record = { name: 'machine', issuer: `${national.authority}/v2.0`, audience }
      registrationOf(national).federatedCredentials = [{ ...record, subject: identity.principalId }]
      const machine = machineWith(national.workload.virtualMachine)
      const daemon = daemonWith(national, option, {
        machine,
        fetch: (input, init) => {
          const url = input instanceof Request ? input.url : input.toString()
          return fetch(url.replace(publicOrigin, national.listening), init)
        },
      })
      await daemon.ask()
      const [asked] = national.requests
      expect(asked).toMatchObject({
        endpoint: 'managed-identity',
        parameters: { resource: audience },
      })
      expect(national.requests.at(-1)?.status).toBe(200)
    } finally {
      await national.stop()
    }
  })

  it('is an outage, not a rejection, while the machine does not answer, in a list too', async () => {
    const machine = machineWith(emulator.workload.virtualMachine)
    const list = [option, { secret: 'wrong' }]
    emulator.faults.set({ endpoint: 'managed-identity', kind: 'reset' })
    const error = await failureOf(daemonWith(emulator, list, { machine, time }).ask())
    expect(error).toMatchObject({
      code: 'ERR_ENTRA_PLATFORM_UNAVAILABLE',
      status: 503,
      endpoint: 'managed-identity',
    })
  })
})

describe('what credential.federated may be', () => {
  it.each([
    [{}],
    [{ tokenFile: '' }],
    [{ tokenFile: 'a', assertion: () => Promise.resolve('') }],
    [{ assertion: 'token' }],
    [{ managedIdentity: true }],
    [{ managedIdentity: { clientId: 'not a GUID' } }],
    [{ managedIdentity: { clientID: identity.clientId } }],
    [{ token: 'canary' }],
    [undefined],
  ])('R04 is explained for %p', (federated) => {
    const make = () => daemonWith(emulator, { federated })
    expect(make).toThrow(/option credential, environment variable AZURE_FEDERATED_TOKEN_FILE/)
    expect(make).not.toThrow(/canary/)
  })
})
