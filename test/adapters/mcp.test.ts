import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { requireBearerAuth } from '@modelcontextprotocol/sdk/server/auth/middleware/bearerAuth.js'
import { getOAuthProtectedResourceMetadataUrl } from '@modelcontextprotocol/sdk/server/auth/router.js'
import type { RequestHandler } from 'express'
import type { ExpressIdentity } from 'entrada/express'
import { authInfoOf, callerOf, tokenVerifier } from 'entrada/mcp'
import { adaId, contosoId, tasksApiId, webAppId } from '../support/identity-app.js'
import { createMcpClient } from '../support/mcp-client.js'
import { mcpClientId, startMcpPlatform, type McpPlatform } from '../support/mcp-server.js'

let platform: McpPlatform

beforeAll(async () => {
  platform = await startMcpPlatform()
})
beforeEach(() => {
  platform.emulator.clearRequests()
})
afterAll(() => platform.stop())

const authenticated =
  (identity: ExpressIdentity): RequestHandler =>
  (request, _response, next) => {
    Object.assign(request, { auth: authInfoOf(identity.caller(request)) })
    next()
  }
const guardedBy = (scope: string) => (identity: ExpressIdentity) => [
  identity.requireScopes(scope),
  authenticated(identity),
]
const clientOf = (options = {}) =>
  createMcpClient({ url: platform.url, clientId: mcpClientId, ...options })
const codesAsked = () => platform.emulator.requests.flatMap(({ codes = [] }) => codes)
const onlyOne = (values: readonly URL[]) => {
  expect(values).toHaveLength(1)
  return values[0]?.searchParams ?? new URLSearchParams()
}

describe("the MCP SDK's client at a guarded server", () => {
  it('finds the platform from the 401, signs its user in, and reads mail on behalf of the user', async () => {
    platform.mount(guardedBy('access_as_user'))
    const client = clientOf()
    expect(await client.call('read_mail')).toBe('The quarterly figures, Lunch')
    const asked = onlyOne(client.sentTo)
    expect(asked.get('scope')).toBe(`${platform.url}/access_as_user`)
    expect(asked.get('resource')).toBe(platform.url)
    expect(asked.get('code_challenge_method')).toBe('S256')
    const grants = platform.emulator.requests
      .filter(({ endpoint }) => endpoint === 'token')
      .map(({ parameters }) => parameters.grant_type)
    expect(grants).toEqual(['authorization_code', 'urn:ietf:params:oauth:grant-type:jwt-bearer'])
  })

  it('tells the tool who calls and through which client, and prints no token', async () => {
    platform.mount(guardedBy('access_as_user'))
    const client = clientOf()
    const answer = await client.call('who_calls')
    expect(JSON.parse(answer)).toMatchObject({
      authInfo: { clientId: mcpClientId, scopes: ['access_as_user'] },
      caller: { kind: 'user', tenantId: contosoId, objectId: adaId, clientId: mcpClientId },
    })
    const token = client.tokens()?.access_token ?? 'missing'
    expect(token.split('.')).toHaveLength(3)
    expect(answer).not.toContain(token.split('.')[2])
  })

  it('goes back for a scope that another server asks for, by its full name', async () => {
    platform.mount(guardedBy('Tasks.Read'))
    const client = clientOf()
    await client.call('who_calls')
    platform.mount(guardedBy('Tasks.Write'))
    expect(JSON.parse(await client.call('who_calls'))).toMatchObject({
      authInfo: { scopes: expect.arrayContaining(['Tasks.Write']) },
    })
    expect(client.sentTo.map(({ searchParams }) => searchParams.get('scope'))).toEqual([
      `${platform.url}/Tasks.Read`,
      `${platform.url}/Tasks.Write`,
    ])
  })

  it('renews a token without its user when it asked for offline_access', async () => {
    platform.mount(guardedBy('access_as_user'))
    const client = clientOf({ offline: true })
    await client.call('who_calls')
    const { refresh_token: first } = client.tokens() ?? {}
    client.spoil()
    expect(await client.call('read_mail')).toContain('Lunch')
    expect(onlyOne(client.sentTo).get('scope')).toBe(
      `${platform.url}/access_as_user offline_access`,
    )
    expect(client.tokens()?.refresh_token).not.toBe(first)
  })
})

describe('what Entra makes of the resource parameter', () => {
  it('refuses an address that is not the Application ID URI, with AADSTS9010010', async () => {
    platform.mount(guardedBy('access_as_user'), { audiences: [platform.uri] })
    const identifiers = tasksApiUris()
    identifiers.splice(0, identifiers.length, platform.uri)
    try {
      await expect(clientOf().call('who_calls')).rejects.toThrow(/AADSTS9010010/)
      expect(codesAsked()).toContain(9010010)
      const without = clientOf({
        provider: { validateResourceURL: () => Promise.resolve(undefined) },
      })
      expect(await without.call('read_mail')).toContain('Lunch')
      expect(onlyOne(without.sentTo).has('resource')).toBe(false)
    } finally {
      identifiers.splice(0, identifiers.length, platform.url, platform.uri)
    }
  })

  it('registers no clients, so a client without an id is told', async () => {
    platform.mount(guardedBy('access_as_user'))
    const unknown = clientOf({ provider: { clientInformation: () => undefined } })
    await expect(unknown.call('who_calls')).rejects.toThrow(/dynamic client registration/)
  })
})

function tasksApiUris(): string[] {
  const api = platform.emulator.directory.applications.find(({ appId }) => appId === tasksApiId)
  return api?.identifierUris ?? []
}

describe("the SDK's bearer middleware with an identity as its verifier", () => {
  const bearer = (identity: ExpressIdentity) => [
    requireBearerAuth({
      verifier: tokenVerifier(identity, { resourceUrl: platform.url }),
      requiredScopes: [`${platform.url}/access_as_user`],
      resourceMetadataUrl: getOAuthProtectedResourceMetadataUrl(new URL(platform.url)),
      expectedResource: new URL(platform.url),
    }),
  ]
  const post = (token: string) =>
    fetch(platform.url, { method: 'POST', headers: { authorization: `Bearer ${token}` } })
  const minted = (claims = {}, scopes = ['access_as_user']) =>
    platform.emulator.mintToken({
      resource: tasksApiId,
      client: webAppId,
      user: adaId,
      scopes,
      claims,
    })

  it('leads the client to a token and lets it in', async () => {
    platform.mount(bearer, {})
    expect(await clientOf().call('read_mail')).toBe('The quarterly figures, Lunch')
  })

  it('refuses tokens for others with 401 and too small ones with 403', async () => {
    platform.mount(bearer)
    const foreign = await post(await minted({ aud: webAppId }))
    expect([foreign.status, await foreign.json()]).toEqual([
      401,
      {
        error: 'invalid_token',
        error_description: 'The access token was issued for another API.',
      },
    ])
    const expired = await post(await minted({ exp: 1_700_000_000 }))
    expect(expired.status).toBe(401)
    const small = await post(await minted({}, ['Tasks.Read']))
    expect(small.status).toBe(403)
    expect(small.headers.get('www-authenticate')).toContain(
      `scope="${platform.url}/access_as_user"`,
    )
  })

  it('answers 500 and not 401 while Entra cannot be reached', async () => {
    const token = await minted()
    const unreachable = () => Promise.reject(new TypeError('fetch failed'))
    platform.mount(bearer, { fetch: unreachable })
    expect((await post(token)).status).toBe(500)
    platform.mount(guardedBy('access_as_user'), { fetch: unreachable })
    expect((await post(token)).status).toBe(503)
  })
})

describe('callers in the words of the MCP SDK', () => {
  it('R44 are those that an entra() has verified, and of that one only', async () => {
    const identity = platform.mount(guardedBy('access_as_user'))
    const other = platform.mount(guardedBy('access_as_user'))
    const token = await platform.emulator.mintToken({
      resource: tasksApiId,
      client: webAppId,
      user: adaId,
      scopes: ['access_as_user'],
    })
    const caller = await identity.verifyToken(token)
    const info = authInfoOf(caller)
    expect(callerOf(info)).toBe(caller)
    expect(info.token).toBe(token)
    expect(info.expiresAt).toBe(caller.claims.exp)
    expect(await identity.onBehalfOf(caller).graph.get('/me')).toMatchObject({ id: adaId })
    expect(() => other.onBehalfOf(caller)).toThrow(/ERR_ENTRA_NO_CALLER|guard/)
    expect(() => authInfoOf({ ...caller })).toThrow(
      expect.objectContaining({ code: 'ERR_ENTRA_NO_CALLER' }),
    )
    expect(() => callerOf({ ...info, token })).toThrow()
    expect(() => callerOf(undefined)).toThrow()
  })

  it('have no scopes when they are apps', async () => {
    const identity = platform.mount(guardedBy('access_as_user'))
    const token = await platform.emulator.mintToken({
      resource: tasksApiId,
      client: '8a2e4c6f-1b3d-4f59-b7a0-c5d3e1f90264',
      roles: ['Tasks.Read.All'],
    })
    const info = await tokenVerifier(identity).verifyAccessToken(token)
    expect(info.scopes).toEqual([])
    expect(callerOf(info)).toMatchObject({ kind: 'app', roles: ['Tasks.Read.All'] })
    expect(() => identity.onBehalfOf(callerOf(info))).toThrow(
      expect.objectContaining({ code: 'ERR_ENTRA_NOT_DELEGATED' }),
    )
  })
})
