import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { contosoDirectory, startEmulator, type Emulator } from 'entrada/emulator'
import { entra, type EntraOptions } from 'entrada/express'
import { apiFrameworks, apiRoutes, running, type RunningApp } from '../contract/api-app.js'
import { adaId, contosoId, graphId, tasksApiId, webAppId } from '../support/identity-app.js'
import { serve } from '../support/loopback-server.js'
import { tokenSourceWith } from '../support/token-source.js'

const daemonId = '8a2e4c6f-1b3d-4f59-b7a0-c5d3e1f90264'
const daemonPrincipal = 'e4a1b7c3-58d2-4690-9f0e-3b6c8d2a7f15'

const clock = { now: Date.now() }
let emulator: Emulator

beforeAll(async () => {
  emulator = await startEmulator(contosoDirectory(), { now: () => clock.now })
  emulator.grants.grantApplication({
    tenant: contosoId,
    client: daemonId,
    resource: graphId,
    roles: ['User.Read.All'],
  })
})
afterAll(() => emulator.stop())
beforeEach(() => {
  clock.now += 3_600_000
})
afterEach(() => {
  emulator.conditionalAccess.clear()
  emulator.clearRequests()
})

const settings = (): EntraOptions => ({
  tenant: contosoId,
  authorityHost: emulator.origin,
  graphEndpoint: emulator.graphOrigin,
  clientCapabilities: ['cp1'],
  clock: () => clock.now,
})
const requestsTo = (endpoint: string) =>
  emulator.requests.filter((request) => request.endpoint === endpoint)
const claimsSent = () =>
  requestsTo('token').map(({ parameters }) => JSON.parse(parameters['claims'] ?? '{}') as unknown)
const cp1 = { xms_cc: { values: ['cp1'] } }
const c1 = { acrs: { essential: true, value: 'c1' } }

function refuseNextToken(description: string): void {
  const body = { error: 'invalid_grant', error_description: description }
  emulator.faults.set({ endpoint: 'token', kind: 'status', status: 400, body, times: 1 })
}

describe("an API's claims challenge on behalf of a caller", () => {
  let api: RunningApp

  beforeAll(async () => {
    const [express] = apiFrameworks
    if (express === undefined) throw new Error('There is no framework.')
    const credential = { secret: 'tasks-api-secret-for-the-emulator-only' }
    api = await running(express.mount({ ...settings(), clientId: tasksApiId, credential }))
  })
  afterAll(() => api.close())

  const callerToken = () =>
    emulator.mintToken({
      resource: tasksApiId,
      client: webAppId,
      user: adaId,
      scopes: ['access_as_user'],
    })
  const call = (token: string) =>
    fetch(`${api.url}${apiRoutes.me}`, { headers: { authorization: `Bearer ${token}` } })

  it('T27 is answered without the caller, and the refused token is used no more', async () => {
    const token = await callerToken()
    expect((await call(token)).status).toBe(200)
    emulator.conditionalAccess.requireContext('c1')
    emulator.clearRequests()
    expect((await call(token)).status).toBe(200)
    expect(claimsSent()).toEqual([{ access_token: { ...cp1, ...c1 } }])
    expect(requestsTo('graph').map(({ status }) => status)).toEqual([401, 200])
    emulator.clearRequests()
    expect((await call(token)).status).toBe(200)
    expect(requestsTo('token')).toEqual([])
    expect(requestsTo('graph').map(({ status }) => status)).toEqual([200])
  })

  it('is answered by one token request for all calls that met it', async () => {
    const token = await callerToken()
    await call(token)
    emulator.conditionalAccess.requireContext('c1')
    emulator.clearRequests()
    const answers = await Promise.all(Array.from({ length: 8 }, () => call(token)))
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 8 }, () => 200))
    expect(requestsTo('token')).toHaveLength(1)
  })

  it('T27 becomes a challenge of our own, with the claims, when only the user can answer', async () => {
    const token = await callerToken()
    await call(token)
    clock.now += 60_000
    emulator.conditionalAccess.revokeSessions(adaId)
    const answer = await call(token)
    expect(answer.status).toBe(401)
    const challenge = answer.headers.get('www-authenticate') ?? ''
    const nbf = { essential: true, value: String(Math.floor(clock.now / 1000)) }
    expect(challenge).toContain('error="insufficient_claims"')
    expect(challenge).toContain(`claims="${btoa(JSON.stringify({ access_token: { nbf } }))}"`)
    expect((await call(await callerToken())).status).toBe(200)
  })

  it('T27 that cannot be met is asked for with the call that met it alone', async () => {
    const token = await callerToken()
    await call(token)
    emulator.conditionalAccess.requireContext('c1')
    refuseNextToken('AADSTS50076: Multi-factor authentication is needed.')
    expect((await call(token)).status).toBe(401)
    emulator.conditionalAccess.clear()
    emulator.clearRequests()
    expect((await call(token)).status).toBe(200)
    expect(requestsTo('token')).toEqual([])
  })

  it('T27 asks for other claims when another challenge meets the same token', async () => {
    const token = await callerToken()
    await call(token)
    emulator.conditionalAccess.requireContext('c1')
    refuseNextToken('AADSTS50076: Multi-factor authentication is needed.')
    expect((await call(token)).status).toBe(401)
    emulator.conditionalAccess.requireContext('c2')
    expect((await call(token)).status).toBe(200)
    const c2 = { acrs: { essential: true, value: 'c2' } }
    expect(claimsSent().at(-1)).toEqual({ access_token: { ...cp1, ...c2 } })
  })

  it('T16 passes on the claims that the platform itself asks for', async () => {
    emulator.conditionalAccess.requireMfa({ resource: graphId })
    const answer = await call(await callerToken())
    expect(answer.status).toBe(401)
    const [, claims = ''] =
      /claims="([^"]+)"/.exec(answer.headers.get('www-authenticate') ?? '') ?? []
    expect(JSON.parse(atob(claims))).toMatchObject({
      access_token: { polids: { essential: true } },
    })
  })
})

describe("an API's claims challenge for the app itself", () => {
  const daemon = (options: EntraOptions = {}) =>
    entra({
      ...settings(),
      ...options,
      clientId: daemonId,
      credential: { secret: 'daemon-secret-for-the-emulator-only' },
    }).forApp()

  it('T27 is answered by a new token', async () => {
    const { graph } = daemon()
    await graph.get('/users')
    clock.now += 60_000
    emulator.conditionalAccess.revokeSessions(daemonPrincipal)
    emulator.clearRequests()
    expect(await graph.get('/users')).toHaveProperty('value')
    const nbf = { essential: true, value: String(Math.floor(clock.now / 1000)) }
    expect(claimsSent()).toEqual([{ access_token: { ...cp1, nbf } }])
    expect(requestsTo('graph').map(({ status }) => status)).toEqual([401, 200])
    emulator.clearRequests()
    await graph.get('/users')
    expect(requestsTo('token')).toEqual([])
  })

  it('T27 that the platform does not meet leaves the answer to the program', async () => {
    const { graph } = daemon()
    await graph.get('/users')
    clock.now += 60_000
    emulator.conditionalAccess.revokeSessions(daemonPrincipal)
    refuseNextToken('AADSTS53003: Access has been blocked by Conditional Access policies.')
    await expect(graph.get('/users')).rejects.toMatchObject({
      code: 'ERR_ENTRA_GRAPH_REQUEST',
      graphStatus: 401,
    })
    // Later it is refused again, and another attempt is worth it.
    clock.now += 60_000
    emulator.clearRequests()
    expect(await graph.get('/users')).toHaveProperty('value')
    expect(requestsTo('graph').map(({ status }) => status)).toEqual([401, 200])
  })

  it('is left to the program when a new token does not help: nobody could sign in', async () => {
    const challenge = `Bearer error="insufficient_claims", claims="${btoa(JSON.stringify({ access_token: c1 }))}"`
    let calls = 0
    const server = await serve((_request, response) => {
      calls += 1
      response.writeHead(401, { 'www-authenticate': challenge }).end('what the API says')
    })
    const scopes = `api://${tasksApiId}/.default`
    const { fetch } = daemon({ apis: { tasks: { baseUrl: server.origin, scopes } } })
    const answer = await fetch(server.origin, { scopes })
    expect([answer.status, await answer.text(), calls]).toEqual([401, 'what the API says', 2])
    await server.stop()
  })

  it('R39 tells nothing of roles, so it takes no needs', async () => {
    await expect(daemon().token(undefined, { needs: 'User.Read.All' })).rejects.toMatchObject({
      code: 'ERR_ENTRA_SCOPES_INVALID',
    })
    expect(emulator.requests).toHaveLength(0)
  })
})

describe('an answer that came by way of another origin', () => {
  it('challenges nobody', async () => {
    const claims = btoa(JSON.stringify({ access_token: c1 }))
    const other = await serve((_request, response) => {
      const challenge = `Bearer error="insufficient_claims", claims="${claims}"`
      response.writeHead(401, { 'www-authenticate': challenge }).end()
    })
    const api = await serve((_request, response) => {
      response.writeHead(302, { location: other.origin }).end()
    })
    const { source, asked } = tokenSourceWith({
      unanswered: () => new Error('was taken for a challenge'),
      apis: [{ name: 'a', baseUrl: api.origin }],
    })
    expect((await source.fetch(api.origin, { scopes: 'api://a/.default' })).status).toBe(401)
    expect(asked.map(({ demand }) => demand)).toEqual([undefined])
    await Promise.all([api.stop(), other.stop()])
  })
})
