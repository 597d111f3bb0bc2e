import { createHash } from 'node:crypto'
import { inspect } from 'node:util'
import { decodeJwt } from 'jose'
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { contosoDirectory, startEmulator, type Emulator, type Fault } from 'entrada/emulator'
import { createInstance } from '../../src/middleware/instance.js'
import { createManagedIdentity } from '../../src/platform/managed-identity.js'
import { authorityOf } from '../../src/protocol/authority.js'
import { contosoId, daemonId, failureOf, machineWith, tasksApiId } from '../support/daemon.js'
import { serve, type LoopbackServer } from '../support/loopback-server.js'

const tasks = `api://${tasksApiId}`
const ofSystem = {
  clientId: '6d8e0f1a-2b3c-4d5e-8f60-718293a4b5c6',
  principalId: '0f1e2d3c-4b5a-4697-8879-6a5b4c3d2e1f',
  tenantId: contosoId,
  type: 'SystemAssigned',
} as const
const ofUser = {
  clientId: '2b6c1d0e-5f4a-4b39-8c7d-e1f20a3b4c5d',
  principalId: '90f1e2d3-c4b5-4a69-8778-695a4b3c2d1e',
  tenantId: contosoId,
  type: 'UserAssigned',
} as const

const time = { now: Date.now() }
let emulator: Emulator
const apis: LoopbackServer[] = []

beforeAll(async () => {
  emulator = await startEmulator(contosoDirectory(), { now: () => time.now })
  emulator.directory.managedIdentities = [{ ...ofSystem }, { ...ofUser }]
  emulator.grants.grantApplication({
    tenant: contosoId,
    client: ofUser.clientId,
    resource: tasksApiId,
    roles: ['Tasks.Read.All'],
  })
})
afterAll(() => emulator.stop())
afterEach(async () => {
  await Promise.all(apis.splice(0).map((api) => api.stop()))
  time.now = Date.now()
  emulator.faults.clear()
  emulator.clearRequests()
})

function identityOn(environment: Record<string, string>, clientId?: string, send = fetch) {
  const waits: number[] = []
  const headers: Record<string, string>[] = []
  const identity = createManagedIdentity(
    { clientId },
    {
      authority: authorityOf(contosoId, emulator.origin),
      clientId: daemonId,
      host: machineWith(environment),
      clock: () => time.now,
      fetch: (input, init) => {
        headers.push(Object.fromEntries(new Headers(init?.headers)))
        return send(input, init)
      },
      wait: async (duration) => {
        await Promise.resolve()
        waits.push(duration)
      },
    },
  )
  return { identity, waits, headers }
}

const asked = () => emulator.requests.filter(({ endpoint }) => endpoint === 'managed-identity')

function fault(change: Omit<Fault, 'endpoint'>): void {
  emulator.faults.set({ endpoint: 'managed-identity', ...change })
}

describe('a token of a managed identity', () => {
  it('comes from the Instance Metadata Service of a virtual machine', async () => {
    const { identity, headers } = identityOn(emulator.workload.virtualMachine)
    const answer = await identity.token(tasks)
    expect(decodeJwt(answer.access_token)).toMatchObject({
      oid: ofSystem.principalId,
      azp: ofSystem.clientId,
      aud: tasksApiId,
    })
    expect(answer).toMatchObject({ expires_in: 86_400, refresh_in: 43_200 })
    expect(asked()[0]).toMatchObject({
      path: '/metadata/identity/oauth2/token',
      parameters: { 'api-version': '2018-02-01', resource: tasks },
    })
    expect(headers[0]).toMatchObject({ metadata: 'true' })
  })

  it('comes from the endpoint of App Service, user-assigned when its client ID is given', async () => {
    const { identity, headers } = identityOn(emulator.workload.appService, ofUser.clientId)
    const { access_token: token, expires_in: seconds } = await identity.token(tasks)
    expect(decodeJwt(token)).toMatchObject({ oid: ofUser.principalId, roles: ['Tasks.Read.All'] })
    expect(seconds).toBe(86_400)
    expect(asked()[0]).toMatchObject({
      path: '/msi/token',
      parameters: { 'api-version': '2019-08-01', resource: tasks, client_id: ofUser.clientId },
    })
    const { IDENTITY_HEADER: header } = emulator.workload.appService
    expect(headers[0]).toMatchObject({ 'x-identity-header': header })
  })

  it.each([
    [{}, 'http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01&resource=r'],
    [
      { IDENTITY_ENDPOINT: 'http://169.254.130.2:8081/msi/token', IDENTITY_HEADER: 'h' },
      'http://169.254.130.2:8081/msi/token?api-version=2019-08-01&resource=r',
    ],
  ])('is asked for at the address that %j means', async (environment, address) => {
    const urls: string[] = []
    const { identity } = identityOn(environment, undefined, (input) => {
      urls.push(input instanceof Request ? input.url : input.toString())
      return Promise.resolve(Response.json({ access_token: 't', expires_in: '60' }))
    })
    expect(await identity.token('r')).toEqual({ access_token: 't', expires_in: 60 })
    expect(urls).toEqual([address])
  })

  it.each([
    [{ expires_in: '3599', expires_on: 'soon' }, 3599],
    [{ expires_in: '86400', expires_on: '+600' }, 600],
    [{ expires_in: '300', expires_on: '+600' }, 300],
    [{ expires_on: '+600' }, 600],
    [{ expires_in: 1200 }, 1200],
  ])('lives as long as %j says', async (times, seconds) => {
    const now = Math.floor(time.now / 1000)
    const { expires_on: on, ...rest } = times as Record<string, unknown>
    const expiresOn = typeof on === 'string' && on.startsWith('+') ? String(now + Number(on)) : on
    fault({
      kind: 'garbage',
      body: JSON.stringify({ access_token: 't', ...rest, expires_on: expiresOn }),
    })
    const { identity } = identityOn(emulator.workload.virtualMachine)
    expect(await identity.token(tasks)).toEqual({ access_token: 't', expires_in: seconds })
  })

  it.each([404, 408, 410, 429, 500, 503, 504])(
    'is asked for three times while it answers %i',
    async (status) => {
      fault({ kind: 'status', status, times: 2 })
      const { identity, waits } = identityOn(emulator.workload.virtualMachine)
      await identity.token(tasks)
      expect(asked().map((request) => request.status)).toEqual([status, status, 200])
      expect(waits).toEqual([1000, 1000])
      fault({ kind: 'status', status })
      await expect(identity.token(tasks)).rejects.toMatchObject({
        code: 'ERR_ENTRA_PLATFORM_UNAVAILABLE',
        endpoint: 'managed-identity',
        failure: 'status',
      })
      expect(asked()).toHaveLength(6)
    },
  )

  it('waits no longer than a second: a longer Retry-After is for the one who asked', async () => {
    fault({ kind: 'status', status: 429, retryAfter: 20 })
    const { identity, waits } = identityOn(emulator.workload.virtualMachine)
    await expect(identity.token(tasks)).rejects.toMatchObject({ status: 503, retryAfter: 20 })
    expect(waits).toEqual([])
  })

  it.each<[string, Omit<Fault, 'endpoint'>, string]>([
    ['a reset connection', { kind: 'reset' }, 'network'],
    ['something unreadable', { kind: 'garbage' }, 'content'],
    ['no token', { kind: 'garbage', body: '{"expires_in":"60"}' }, 'content'],
    ['no lifetime', { kind: 'garbage', body: '{"access_token":"canary"}' }, 'content'],
    ['null', { kind: 'garbage', body: 'null' }, 'content'],
    ['a redirect', { kind: 'status', status: 302 }, 'status'],
  ])('is unavailable after %s', async (_what, answer, failure) => {
    fault(answer)
    const { identity } = identityOn(emulator.workload.virtualMachine)
    const error = await failureOf(identity.token(tasks))
    expect(error).toMatchObject({ status: 503, endpoint: 'managed-identity', failure })
    expect(inspect(error)).not.toContain('canary')
    expect(asked()).toHaveLength(1)
  })

  it('is not waited for longer than a few seconds', async () => {
    const deadlines: AbortSignal[] = []
    const { identity } = identityOn({}, undefined, (_input, init) => {
      if (init?.signal) deadlines.push(init.signal)
      return Promise.reject(new DOMException('late', 'TimeoutError'))
    })
    const error = await failureOf(identity.token(tasks))
    expect(error).toMatchObject({ status: 503, failure: 'timeout' })
    expect(error.message).toMatch(/machines in Azure.*proxy/)
    expect(deadlines).toHaveLength(1)
  })

  it.each(['virtualMachine', 'appService'] as const)(
    'R04 is refused with the cure where the %s has no such identity',
    async (kind) => {
      const clientId = daemonId
      const { identity } = identityOn(emulator.workload[kind], clientId)
      const error = await failureOf(identity.token(tasks))
      expect(error).toMatchObject({ code: 'ERR_ENTRA_CREDENTIAL_REJECTED', status: 500 })
      expect(error.message).toContain(`Compare managedIdentity.clientId, ${clientId}`)
    },
  )

  it.each(['virtualMachine', 'appService'] as const)(
    'tells the platform’s own number for an API that the %s cannot name',
    async (kind) => {
      const { identity } = identityOn(emulator.workload[kind])
      const error = await failureOf(identity.token('api://nobody'))
      expect(error).toMatchObject({ code: 'ERR_ENTRA_REQUEST_REFUSED', aadsts: [500011] })
    },
  )

  it('is refused by App Service without the right header, and the header is not told', async () => {
    const environment = { ...emulator.workload.appService, IDENTITY_HEADER: 'canary' }
    const error = await failureOf(identityOn(environment).identity.token(tasks))
    expect(error).toMatchObject({ code: 'ERR_ENTRA_CREDENTIAL_REJECTED' })
    expect(error.message).toContain('(401)')
    expect(inspect(error)).not.toContain('canary')
  })

  it.each([
    [{ IDENTITY_ENDPOINT: 'a', IDENTITY_HEADER: 'b' }, /IDENTITY_ENDPOINT is "a"/],
    [{ AZURE_POD_IDENTITY_AUTHORITY_HOST: 'a' }, /AUTHORITY_HOST is "a"/],
    [
      { IDENTITY_ENDPOINT: 'http://a', IDENTITY_HEADER: 'b', IDENTITY_SERVER_THUMBPRINT: 'c' },
      /Service Fabric/,
    ],
    [{ IDENTITY_ENDPOINT: 'http://a', IMDS_ENDPOINT: 'http://b' }, /Azure Arc/],
  ])('R04 is refused at construction in the environment %j', (environment, text) => {
    expect(() => identityOn(environment as Record<string, string>)).toThrow(text)
  })
})

describe('forApp() with a managed identity as the caller', () => {
  const appOn = (environment: Readonly<Record<string, string>>, options: object = {}) =>
    createInstance(
      {
        tenant: contosoId,
        clientId: tasksApiId,
        authorityHost: emulator.origin,
        graphEndpoint: emulator.graphOrigin,
        baseUrl: 'http://localhost:3000',
        clock: () => time.now,
        credential: { managedIdentity: { clientId: ofUser.clientId } },
        ...options,
      },
      machineWith(environment),
    )

  it('gets tokens straight from the machine, and keeps them', async () => {
    const { api } = appOn(emulator.workload.virtualMachine)
    const token = await api.forApp().token('https://graph.microsoft.com/.default')
    await api.forApp().token('https://graph.microsoft.com/.default')
    expect(decodeJwt(token.reveal())).toMatchObject({
      aud: 'https://graph.microsoft.com',
      appid: ofUser.clientId,
      oid: ofUser.principalId,
    })
    expect(emulator.requests.map(({ endpoint }) => endpoint)).toEqual(['managed-identity'])
  })

  it('T26 renews them after half of their life while the old one serves', async () => {
    const { api } = appOn(emulator.workload.virtualMachine)
    const first = await api.forApp().token()
    time.now += 43_200_000
    expect((await api.forApp().token()).reveal()).toBe(first.reveal())
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(asked()).toHaveLength(2)
    expect((await api.forApp().token()).reveal()).not.toBe(first.reveal())
  })

  it('plans scopes as ever', async () => {
    const { api } = appOn(emulator.workload.virtualMachine)
    await expect(api.forApp().token('Mail.Read')).rejects.toMatchObject({ aadsts: 1002012 })
    expect(emulator.requests).toHaveLength(0)
  })

  /** An API that refuses the tokens it is told to. */
  async function apiThat(refuses: (token: string) => boolean) {
    const seen: string[] = []
    const api = await serve((request, response) => {
      const token = request.headers.authorization?.slice('Bearer '.length) ?? ''
      seen.push(token)
      const challenge = `Bearer error="insufficient_claims", claims="${btoa('{"access_token":{"nbf":{"essential":true,"value":"1"}}}')}"`
      if (refuses(token)) response.writeHead(401, { 'www-authenticate': challenge })
      response.end()
    })
    apis.push(api)
    return { seen, ...api }
  }

  it('T27 tells App Service which token an API refused, and what this app can do', async () => {
    const refused = new Set<string>()
    const refusing = await apiThat((token) => refused.has(token))
    const { api } = appOn(emulator.workload.appService, {
      clientId: daemonId,
      clientCapabilities: ['cp1'],
      apis: { tasks: { baseUrl: refusing.origin, scopes: `${tasks}/.default` } },
    })
    const first = (await api.forApp().token(`${tasks}/.default`)).reveal()
    refused.add(first)
    const call = () => api.forApp().fetch(refusing.origin, { scopes: `${tasks}/.default` })
    expect([(await call()).status, (await call()).status]).toEqual([200, 200])
    expect(asked().map(({ parameters }) => parameters)).toEqual([
      expect.objectContaining({ xms_cc: 'cp1' }),
      expect.objectContaining({
        xms_cc: 'cp1',
        token_sha256_to_refresh: createHash('sha256').update(first).digest('hex'),
      }),
    ])
    expect(asked()[0]?.parameters).not.toHaveProperty('token_sha256_to_refresh')
  })

  it('T27 leaves the API’s answer to the program while the machine gives the refused token again', async () => {
    let given = 'refused'
    let machineAsked = 0
    const refusing = await apiThat((token) => token === 'refused')
    const { api } = appOn(emulator.workload.virtualMachine, {
      clientId: daemonId,
      apis: { tasks: { baseUrl: refusing.origin, scopes: `${tasks}/.default` } },
      fetch: ((input, init) => {
        const url = input instanceof Request ? input.url : input.toString()
        if (!url.includes('/metadata/identity/')) return fetch(input, init)
        machineAsked += 1
        expect(url).not.toMatch(/xms_cc|sha256|claims/)
        return Promise.resolve(Response.json({ access_token: given, expires_in: '86400' }))
      }) satisfies typeof fetch,
    })
    const call = () => api.forApp().fetch(refusing.origin, { scopes: `${tasks}/.default` })
    for (let calls = 0; calls < 5; calls += 1) expect((await call()).status).toBe(401)
    expect(machineAsked).toBe(2)
    given = 'new'
    time.now += 31_000
    expect((await call()).status).toBe(200)
    expect(refusing.seen.at(-1)).toBe('new')
    expect(machineAsked).toBe(3)
  })

  it('T21 does not ask the machine with every call for an identity that it does not have', async () => {
    const { api } = appOn(emulator.workload.virtualMachine, {
      credential: { managedIdentity: { clientId: daemonId } },
    })
    const failed = () => failureOf(api.forApp().token())
    for (let calls = 0; calls < 5; calls += 1) {
      expect(await failed()).toMatchObject({ code: 'ERR_ENTRA_CREDENTIAL_REJECTED' })
    }
    expect(asked()).toHaveLength(1)
    time.now += 10_000
    await failed()
    await failed()
    expect(asked()).toHaveLength(2)
  })

  it('works for an app of several tenants, because the identity has one', async () => {
    const options = { tenant: 'organizations', tenants: 'any' }
    const { api } = appOn(emulator.workload.virtualMachine, options)
    await api.forApp().token()
    expect(asked()[0]?.status).toBe(200)
  })

  it('R04 refuses another tenant, and says what to write', () => {
    const { api } = appOn(emulator.workload.virtualMachine)
    expect(() => api.forApp({ tenant: contosoId })).toThrow(/belongs to one tenant: remove tenant/)
  })

  it.each([
    ['signIn()', (app: ReturnType<typeof appOn>) => app.pages.signIn({})],
    ['onBehalfOf()', (app: ReturnType<typeof appOn>) => app.api.onBehalfOf({} as never)], // looked at later
  ])('R04 %s needs the registration itself, and the cure is told', (use, call) => {
    const app = appOn(emulator.workload.virtualMachine)
    expect(() => call(app)).toThrow(`${use} needs a credential of the app registration`)
    expect(() => call(app)).toThrow(/federated: \{ managedIdentity: \{\} \}/)
  })
})
