import { inspect } from 'node:util'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { EntraError, type EntraEvent, type Explanation } from 'entrada'
import type { Emulator } from 'entrada/emulator'
import type { EntraOptions } from 'entrada/express'
import { guardedFrameworks, type GuardedShape } from './guard-app.js'
import {
  appToken,
  groupOf,
  guarded,
  guardOptions,
  ids,
  startGuardPlatform,
  userToken,
  type GuardedServer,
} from './guard-platform.js'

let emulator: Emulator

beforeAll(async () => {
  emulator = await startGuardPlatform()
})
afterAll(() => emulator.stop())
afterEach(() => emulator.clearRequests())

const directoryReader = '88d8e3e3-8f55-4a1e-953a-9b9898b8876b'
const shape: GuardedShape = {
  answeredBy: 'errors()',
  routes: {
    '/tasks': [{ user: { scopes: ['Tasks.Read'] } }],
    '/team': [
      {
        user: { scopes: ['Tasks.Read'], roles: ['Tasks.Admin'], groups: [groupOf(7)] },
        check: ({ claims }) => claims.wids?.includes(directoryReader) === true,
      },
    ],
  },
}
const appIdUri = 'https://tasks.contoso.example'
const legacy = { aud: appIdUri, ver: '1.0', azp: undefined, appid: ids.webApp }

describe.each(guardedFrameworks)('what a developer is told of a refusal on $name', (framework) => {
  const events: EntraEvent[] = []
  let server: GuardedServer
  const start = (changes: EntraOptions = {}) =>
    guarded(
      framework,
      guardOptions(emulator, {
        audiences: [appIdUri],
        onEvent: (event) => events.push(event),
        ...changes,
      }),
      shape,
    )
  const explanationOf = async (path: string, token: string) => {
    const answer = await server.call(path, token)
    const { explanation } = (await answer.json()) as { explanation: Explanation }
    return { status: answer.status, ...explanation }
  }
  const legacyToken = (claims: Record<string, unknown>) =>
    userToken(emulator, ['Tasks.Read'], {
      iss: `${emulator.origin}/${ids.contoso}/`,
      ...legacy,
      ...claims,
    })

  beforeAll(async () => {
    server = await start()
  })
  afterAll(() => server.close())
  beforeEach(() => {
    events.length = 0
  })

  it('is in the answer outside production, and one event', async () => {
    const answer = await server.call('/tasks', await userToken(emulator, ['access_as_user']))
    const explanation = {
      reason: 'scope-missing',
      found: 'scp "access_as_user"',
      expected: '"Tasks.Read"',
      cure: `The client asks for ${appIdUri}/Tasks.Read; the user or an administrator consents.`,
    }
    expect(await answer.json()).toEqual({
      error: 'ERR_ENTRA_SCOPE_MISSING',
      message: 'The access token lacks a required scope.',
      explanation,
    })
    const refused = {
      type: 'request-refused',
      code: 'ERR_ENTRA_SCOPE_MISSING',
      status: 403,
      reason: 'scope-missing',
      explanation,
      correlationId: expect.stringMatching(/^[\da-f-]{36}$/),
    }
    expect(events.filter(({ type }) => type === 'request-refused')).toEqual([refused])
  })

  it('stays out of the answer in production, not out of the event', async () => {
    const before = process.env['NODE_ENV']
    process.env['NODE_ENV'] = 'production'
    const production = await start().finally(() => {
      process.env['NODE_ENV'] = before
    })
    try {
      const answer = await production.call('/tasks')
      expect(await answer.json()).toEqual({
        error: 'ERR_ENTRA_TOKEN_MISSING',
        message: 'The request carries no bearer token.',
      })
      expect(events).toMatchObject([{ status: 401, reason: 'no-token' }])
    } finally {
      await production.close()
    }
  })

  it('R07 tells the client that lacks a scope from the user who lacks a role, a group or a directory role', async () => {
    const admin = { roles: ['Tasks.Admin'] }
    const member = { ...admin, groups: [groupOf(7)], _claim_names: undefined }
    const tokens = [
      userToken(emulator, ['access_as_user'], member),
      userToken(emulator, ['Tasks.Read'], { ...member, roles: ['Tasks.Other'] }),
      userToken(emulator, ['Tasks.Read'], { ...member, groups: [groupOf(8)] }),
      userToken(emulator, ['Tasks.Read'], member),
      appToken(emulator, ['Tasks.Admin']),
    ]
    const told = await Promise.all(tokens.map(async (token) => explanationOf('/team', await token)))
    expect(told).toMatchObject([
      { status: 403, reason: 'scope-missing' },
      { status: 403, reason: 'user-role-missing' },
      { status: 403, reason: 'group-missing' },
      { status: 403, reason: 'check-refused' },
      { status: 403, reason: 'app-refused' },
    ])
    const both = { ...member, wids: [directoryReader] }
    const answer = await server.call('/team', await userToken(emulator, ['Tasks.Read'], both))
    expect(answer.status).toBe(200)
  })

  it('R29 says that a token is for Microsoft Graph, and what to ask for', async () => {
    const token = await emulator.mintToken({
      resource: ids.graph,
      client: ids.webApp,
      user: ids.ada,
      scopes: ['User.Read'],
      header: { nonce: 'as Graph tokens have one' },
    })
    const told = await explanationOf('/tasks', token)
    expect(told).toMatchObject({ status: 401, reason: 'audience' })
    expect(told.found).toMatch(/graph|00000003-0000-0000-c000-000000000000/)
    expect(told.cure).toMatch(/This token is for Microsoft Graph/)
    expect(told.cure).toContain(`${appIdUri}/{scope}`)
  })

  it('R29 says that the audience differs by a slash only, and to write two', async () => {
    const told = await explanationOf('/tasks', await legacyToken({ aud: `${appIdUri}/` }))
    expect(told).toMatchObject({ status: 401, reason: 'audience' })
    expect(told.found).toContain(`"${appIdUri}/"`)
    expect(told.cure).toMatch(/trailing slash.*\/\/\.default/)
  })

  it('R29 says what to do about a v1.0 token of an App ID URI that is not declared', async () => {
    const told = await explanationOf('/tasks', await legacyToken({ aud: 'api://contoso-tasks' }))
    expect(told).toMatchObject({ status: 401, reason: 'audience' })
    expect(told.cure).toMatch(/add it to audiences, or set requestedAccessTokenVersion to 2/)
  })

  it('holds no token, and nothing of it is in headers or inspection of the error', async () => {
    const token = await userToken(emulator, ['access_as_user'])
    const [error] = await Promise.all([
      server.api.verifyToken(`${token.slice(0, -4)}AAAA`).catch((thrown: unknown) => thrown),
      server.call('/tasks', token),
      server.call(`/tasks?access_token=${token}`),
      server.call('/tasks', undefined, { headers: { authorization: `Basic ${token}` } }),
      server.call('/tasks', undefined, { headers: { authorization: `Bearer ${token} x` } }),
    ])
    expect(error).toBeInstanceOf(EntraError)
    expect(inspect(error)).not.toContain('cure')
    const reasons = events.flatMap((event) =>
      event.type === 'request-refused' ? [event.reason] : [],
    )
    expect(reasons.sort()).toEqual(
      ['header-syntax', 'no-token', 'other-scheme', 'scope-missing', 'signature'].sort(),
    )
    for (const part of token.split('.')) expect(inspect(events, { depth: 9 })).not.toContain(part)
  })

  it('changes nothing when the listener fails', async () => {
    const onEvent = () => {
      throw new TypeError('the listener is broken')
    }
    const other = await start({ onEvent })
    try {
      expect((await other.call('/tasks')).status).toBe(401)
      const good = await userToken(emulator, ['Tasks.Read'])
      expect((await other.call('/tasks', good)).status).toBe(200)
    } finally {
      await other.close()
    }
  })

  it('comes from the same option as what happens to the keys of the platform', async () => {
    const cold = await start()
    try {
      await cold.call('/tasks', await userToken(emulator, ['Tasks.Read']))
      expect(events).toContainEqual({ type: 'keys-loaded', version: '2.0', keys: 1 })
    } finally {
      await cold.close()
    }
  })
})
