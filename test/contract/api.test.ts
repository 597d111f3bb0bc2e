import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { contosoDirectory, startEmulator, type Emulator } from 'entrada/emulator'
import type { EntraOptions } from 'entrada/express'
import { apiFrameworks, apiRoutes, running, type RunningApp } from './api-app.js'

const tasksApi = '1c8b5a3e-0f4d-4c2b-8e19-7a6d9b3f2c10'
const webApp = '5e7f2d91-6b3a-4e88-a1c4-9d0b8f7e6a52'
const daemon = '8a2e4c6f-1b3d-4f59-b7a0-c5d3e1f90264'
const contoso = '7d1c9a10-5a6e-4a1d-8f6c-0b2f5e9d3a77'
const fabrikam = 'b24f6c1e-93d7-4f0a-9a55-6e1c7d20f8e4'
const ada = '3f0b6a52-7c1e-4d0b-9b7a-2a6d5b8e1c11'
const graph = '00000003-0000-0000-c000-000000000000'

let emulator: Emulator

beforeAll(async () => {
  emulator = await startEmulator(contosoDirectory())
})
afterAll(() => emulator.stop())
afterEach(() => {
  emulator.faults.clear()
  emulator.clearRequests()
})

function options(): EntraOptions {
  return {
    tenant: contoso,
    clientId: tasksApi,
    credential: { secret: 'tasks-api-secret-for-the-emulator-only' },
    authorityHost: emulator.origin,
    graphEndpoint: emulator.graphOrigin,
  }
}

const grantsOf = ({ requests }: Emulator) => requests.filter(({ endpoint }) => endpoint === 'token')

type Claims = Record<string, unknown>
const asUser = (scopes: string[], claims: Claims = {}, roles?: string[]) =>
  emulator.mintToken({
    resource: tasksApi,
    client: webApp,
    user: ada,
    scopes,
    claims,
    ...(roles === undefined ? {} : { roles }),
  })
const asApp = (roles: string[], claims: Claims = {}) =>
  emulator.mintToken({ resource: tasksApi, client: daemon, roles, claims })

describe.each(apiFrameworks)('the API contract on $name', ({ mount }) => {
  let api: RunningApp

  beforeAll(async () => {
    api = await running(mount(options()))
  })
  afterAll(() => api.close())

  const call = (path: string, token?: string, headers: Record<string, string> = {}) =>
    fetch(`${api.url}${path}`, {
      headers: { ...headers, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
    })

  it('R42 G01 answers 401 with a bare challenge when no token comes in the header', async () => {
    const token = await asUser(['Tasks.Read'])
    const answers = await Promise.all([
      call(apiRoutes.tasks),
      call(`${apiRoutes.tasks}?access_token=${token}`),
      call(apiRoutes.tasks, undefined, { cookie: `access_token=${token}` }),
      call(apiRoutes.tasks, undefined, { 'x-authorization': `Bearer ${token}` }),
    ])
    for (const answer of answers) {
      expect(answer.status).toBe(401)
      expect(answer.headers.get('www-authenticate')).toBe('Bearer')
    }
  })

  it('R41 lets a user with the scope through, and tells the handler who it is', async () => {
    const answer = await call(apiRoutes.tasks, await asUser(['Tasks.Read', 'Tasks.Write']))
    expect(answer.status).toBe(200)
    const caller: unknown = await answer.json()
    expect(caller).toMatchObject({
      kind: 'user',
      tenantId: contoso,
      objectId: ada,
      clientId: webApp,
      scopes: ['Tasks.Read', 'Tasks.Write'],
    })
  })

  it('answers 403 and names the missing scope', async () => {
    const answer = await call(apiRoutes.tasks, await asUser(['access_as_user']))
    expect(answer.status).toBe(403)
    const challenge = answer.headers.get('www-authenticate')
    expect(challenge).toContain('error="insufficient_scope"')
    expect(challenge).toContain('scope="Tasks.Read"')
    expect(answer.headers.get('access-control-expose-headers')).toBe('WWW-Authenticate')
  })

  it('asks for every scope of requireScopes, and for one of requireAnyScope', async () => {
    const reader = await asUser(['Tasks.Read'])
    expect((await call(apiRoutes.both, reader)).status).toBe(403)
    expect((await call(apiRoutes.either, reader)).status).toBe(200)
    expect((await call(apiRoutes.both, await asUser(['Tasks.Write', 'Tasks.Read']))).status).toBe(
      200,
    )
  })

  it('R05 R09 G61 G63 never takes a user for an app, nor a role of one for a permission of the other', async () => {
    const app = await asApp(['Tasks.Read.All'])
    const userWithAppPermission = await asUser(['access_as_user'], { roles: ['Tasks.Read.All'] })
    const userAdmin = await asUser(['access_as_user'], { roles: ['Tasks.Admin'] })
    const statuses = await Promise.all([
      call(apiRoutes.report, app),
      call(apiRoutes.job, app),
      call(apiRoutes.tasks, app),
      call(apiRoutes.job, userWithAppPermission),
      call(apiRoutes.report, userWithAppPermission),
      call(apiRoutes.admin, userAdmin),
      call(apiRoutes.admin, await asApp(['Tasks.Admin'])),
    ])
    expect(statuses.map((answer) => answer.status)).toEqual([200, 200, 403, 403, 403, 200, 403])
  })

  it('R08 refuses an app without any role', async () => {
    const answer = await call(apiRoutes.job, await asApp([], { roles: undefined }))
    expect(answer.status).toBe(401)
    expect(answer.headers.get('www-authenticate')).toContain('error="invalid_token"')
  })

  it('R41 refuses tokens of another tenant, for another API, and ID tokens', async () => {
    const issuer = `${emulator.origin}/${fabrikam}/v2.0`
    const others = await Promise.all([
      asUser(['Tasks.Read'], { iss: issuer, tid: fabrikam }),
      emulator.mintToken({ resource: graph, client: webApp, user: ada, scopes: ['User.Read'] }),
      asUser([], { scp: undefined, nonce: 'n-1', roles: ['Tasks.Admin'] }),
    ])
    for (const token of others) {
      const answer = await call(apiRoutes.tasks, token)
      expect(answer.status).toBe(401)
      expect(answer.headers.get('www-authenticate')).toContain('error="invalid_token"')
    }
  })

  it('R44 R31 calls Graph for the caller with a token of its own, through .default', async () => {
    const answer = await call(apiRoutes.me, await asUser(['access_as_user']))
    expect(answer.status).toBe(200)
    expect(await answer.json()).toMatchObject({ displayName: 'Ada Example' })

    const grants = grantsOf(emulator)
    expect(grants).toHaveLength(1)
    expect(grants[0]).toMatchObject({
      tenant: contoso,
      status: 200,
      parameters: {
        grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
        requested_token_use: 'on_behalf_of',
        scope: 'https://graph.microsoft.com/.default',
      },
    })
    const graphCalls = emulator.requests.filter((request) => request.endpoint === 'graph')
    expect(graphCalls[0]?.token).toMatchObject({ aud: 'https://graph.microsoft.com', oid: ada })
  })

  it('fetches one token however many requests of one caller need it', async () => {
    const token = await asUser(['access_as_user'])
    const answers = await Promise.all(Array.from({ length: 10 }, () => call(apiRoutes.me, token)))
    expect(answers.map((answer) => answer.status)).toEqual(Array.from({ length: 10 }, () => 200))
    expect(grantsOf(emulator)).toHaveLength(1)
  })

  it('R44 refuses to act on behalf of a caller that no guard verified', async () => {
    const answer = await call(apiRoutes.unguarded, await asUser(['access_as_user']))
    expect(answer.status).toBe(500)
    expect(grantsOf(emulator)).toHaveLength(0)
  })

  it('R31 calls Graph as the app itself, by client credentials', async () => {
    emulator.grants.grantApplication({
      tenant: contoso,
      client: tasksApi,
      resource: graph,
      roles: ['User.Read.All'],
    })
    const answer = await call(apiRoutes.users, await asApp(['Tasks.Read.All']))
    expect(answer.status).toBe(200)
    const grants = grantsOf(emulator)
    expect(grants[0]).toMatchObject({
      parameters: {
        grant_type: 'client_credentials',
        scope: 'https://graph.microsoft.com/.default',
      },
    })
  })

  it('passes a missing consent on to the caller as a challenge', async () => {
    const { delegated } = emulator.grants.list()
    emulator.grants.clear()
    try {
      const answer = await call(apiRoutes.me, await asUser(['access_as_user'], { uti: 'consent' }))
      expect(answer.status).toBe(401)
      const challenge = answer.headers.get('www-authenticate')
      expect(challenge).toContain('error="consent_required"')
      expect(challenge).toContain('scopes="https://graph.microsoft.com/.default"')
      expect(challenge).toContain('proposedAction="consent"')
      expect(grantsOf(emulator)[0]?.codes).toEqual([65001])
    } finally {
      delegated.forEach((grant) => emulator.grants.grantDelegated(grant))
    }
  })

  it('T16 passes the claims that Conditional Access asks for on to the caller', async () => {
    const claims =
      '{"access_token":{"polids":{"essential":true,"values":["00aa00aa-bb11-cc22-dd33-44ee44ee44ee"]}}}'
    const body = {
      error: 'interaction_required',
      error_codes: [50079],
      suberror: 'basic_action',
      claims,
    }
    emulator.faults.set({ endpoint: 'token', kind: 'status', status: 400, body })
    const answer = await call(apiRoutes.me, await asUser(['access_as_user'], { uti: 'mfa' }))
    expect(answer.status).toBe(401)
    const challenge = answer.headers.get('www-authenticate')
    expect(challenge).toContain('error="insufficient_claims"')
    expect(challenge).toContain(`claims="${btoa(claims)}"`)
    expect(challenge).toContain(
      `authorization_uri="${emulator.origin}/${contoso}/oauth2/authorize"`,
    )
  })

  it("answers 502 when Graph refuses, and keeps Graph's words to itself", async () => {
    const answer = await call(apiRoutes.mail, await asUser(['access_as_user']))
    expect(answer.status).toBe(502)
  })

  it("keeps the handler's own error a server error, without a challenge", async () => {
    const answer = await call(apiRoutes.broken, await asUser(['Tasks.Read']))
    expect(answer.status).toBe(500)
    expect(answer.headers.get('www-authenticate')).toBeNull()
  })

  it('answers 503 with Retry-After in an outage of the platform, never 401', async () => {
    const cold = await running(mount(options()))
    try {
      emulator.faults.set({ endpoint: 'keys', kind: 'status', status: 500 })
      const answer = await fetch(`${cold.url}${apiRoutes.tasks}`, {
        headers: { authorization: `Bearer ${await asUser(['Tasks.Read'])}` },
      })
      expect(answer.status).toBe(503)
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
      expect(answer.headers.get('www-authenticate')).toBeNull()
    } finally {
      await cold.close()
    }
  })

  it('answers 503 with Retry-After when the token endpoint throttles', async () => {
    emulator.faults.set({ endpoint: 'token', kind: 'status', status: 429, retryAfter: 17 })
    const answer = await call(apiRoutes.me, await asUser(['access_as_user'], { uti: 'throttled' }))
    expect(answer.status).toBe(503)
    expect(answer.headers.get('retry-after')).toBe('17')
  })

  it('puts no token and no stack into the answer to a refusal', async () => {
    const token = await asUser(['access_as_user'])
    const answer = await call(apiRoutes.tasks, token)
    const text = await answer.text()
    expect(text).not.toContain(token.slice(-20))
    expect(text).not.toMatch(/\bat .*\.[jt]s:\d/)
  })
})
