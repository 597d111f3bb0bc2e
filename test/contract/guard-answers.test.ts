import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import type { Emulator } from 'entrada/emulator'
import { keyPairsReady } from '../../src/emulator/keys/key-pairs.js'
import { claimsChallengeOf } from '../../src/protocol/claims-challenge.js'
import { memories } from '../support/warm-memory.js'
import { guardedFrameworks, type GuardedShape } from './guard-app.js'
import {
  appToken,
  guarded,
  guardOptions,
  ids,
  startGuardPlatform,
  userToken,
  type GuardedServer,
} from './guard-platform.js'
import { authorization, hostileRequests, rawStatusOf } from './hostile-requests.js'

let emulator: Emulator

beforeAll(async () => {
  emulator = await startGuardPlatform()
})
afterAll(() => emulator.stop())
afterEach(() => {
  emulator.faults.clear()
  emulator.clearRequests()
})

const shape: GuardedShape = {
  routes: {
    '/tasks': [{ user: { scopes: ['Tasks.Read'] } }],
    '/twice': [{ user: { scopes: ['Tasks.Read'] } }, { user: { scopes: ['Tasks.Read'] } }],
    '/narrowed': [{ user: { scopes: ['Tasks.Read'] } }, { user: { scopes: ['Tasks.Write'] } }],
    '/widened': [{ user: { scopes: ['Tasks.Write'] } }, { user: { scopes: ['Tasks.Read'] } }],
    '/write': [{ user: { scopes: ['Tasks.Write'] } }],
    '/job': [{ app: { roles: ['Tasks.Read'] } }],
    '/daemon-only': [{ user: { scopes: ['Tasks.Read'] }, clients: [ids.daemon] }],
    '/web-only': [{ user: { scopes: ['Tasks.Read'] }, clients: [ids.webApp] }],
    '/step-up': [{ user: { scopes: ['Tasks.Read'], acrs: ['c1'] } }],
  },
}

describe.each(guardedFrameworks)("a guard's answers on $name", (framework) => {
  let server: GuardedServer
  const statusOf = async (path: string, token: string, init?: RequestInit) =>
    (await server.call(path, token, init)).status

  beforeAll(async () => {
    server = await guarded(framework, guardOptions(emulator), shape)
  })
  afterAll(() => server.close())

  it.each(memories)(
    'G01 G02 G05 G06 G11 G59 G61 G64 refuse what is made of a token, memory %s',
    async (memory) => {
      const fresh = await guarded(framework, guardOptions(emulator), shape)
      const ask = (lines: readonly string[], path = '/tasks') =>
        rawStatusOf(fresh.url + path, lines)
      const token = await userToken(emulator, ['Tasks.Read'])
      const other = await userToken(emulator, ['Tasks.Read', 'Tasks.Write'])
      const good = authorization(`Bearer ${token}`)
      try {
        for (const [title, status, lines, path] of hostileRequests(token, other)) {
          if (memory === 'warm') expect([title, await ask(good)]).toEqual([title, 200])
          expect([title, await ask(lines, path)]).toEqual([title, status])
        }
        for (const spelling of [`bearer ${token}`, `BEARER  ${token}`, `Bearer ${token} \t`]) {
          expect(await ask(authorization(spelling))).toBe(200)
        }
      } finally {
        await fresh.close()
      }
    },
  )

  it('G58 refuse a token that is bound to a key, because nothing proves the key', async () => {
    const cnf = { jkt: '0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I' }
    const answer = await server.call('/tasks', await userToken(emulator, ['Tasks.Read'], { cnf }))
    expect(answer.status).toBe(401)
    expect(answer.headers.get('www-authenticate')).toContain('bound to a key')
  })

  it('G64 refuse a client that the route does not list, whatever a smuggled appid says', async () => {
    expect(await statusOf('/web-only', await userToken(emulator, ['Tasks.Read']))).toBe(200)
    const other = { azp: ids.daemon, appid: ids.webApp }
    expect(await statusOf('/web-only', await userToken(emulator, ['Tasks.Read'], other))).toBe(403)
  })

  it('G66 do not change when a guard is mounted twice, and a second one only narrows', async () => {
    const reader = await userToken(emulator, ['Tasks.Read'])
    const writer = await userToken(emulator, ['Tasks.Read', 'Tasks.Write'])
    expect(await statusOf('/twice', reader)).toBe(200)
    expect(await statusOf('/narrowed', reader)).toBe(403)
    expect(await statusOf('/widened', reader)).toBe(403)
    expect(await statusOf('/narrowed', writer)).toBe(200)
    expect(await statusOf('/widened', writer)).toBe(200)
  })

  it('G67 survive a client that leaves while keys are being fetched', async () => {
    const cold = await guarded(framework, guardOptions(emulator), shape)
    try {
      emulator.faults.set({ endpoint: 'keys', kind: 'slow', ms: 150, times: 1 })
      const token = await userToken(emulator, ['Tasks.Read'])
      const asked = new AbortController()
      const gone = cold.call('/tasks', token, { signal: asked.signal })
      const stays = cold.call('/tasks', token)
      await untilAsked('keys')
      asked.abort()
      await expect(gone).rejects.toThrow()
      // An unhandled rejection, or a write after the end, would fail the run.
      expect((await stays).status).toBe(200)
      expect((await cold.call('/tasks', token)).status).toBe(200)
      expect(emulator.requests.filter(({ endpoint }) => endpoint === 'keys')).toHaveLength(1)
    } finally {
      await cold.close()
    }
  })

  it('G68 are the same for HEAD, OPTIONS and every other method', async () => {
    const token = await userToken(emulator, ['access_as_user'])
    const good = await userToken(emulator, ['Tasks.Read'])
    const preflight = {
      origin: 'https://app.contoso.com',
      'access-control-request-method': 'GET',
      'access-control-request-headers': 'authorization',
    }
    for (const method of ['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE']) {
      const overridden = { 'x-http-method-override': 'OPTIONS', 'x-method-override': 'HEAD' }
      const headers = { ...preflight, ...overridden }
      expect((await server.call('/tasks', undefined, { method, headers })).status).toBe(401)
      expect(await statusOf('/tasks', token, { method, headers })).toBe(403)
      expect(await statusOf('/tasks', good, { method, headers })).toBe(200)
    }
  })

  it("come to the app's own error handler as errors with a status, or are answered by errors()", async () => {
    const refusal = { code: 'ERR_ENTRA_TOKEN_MISSING', status: 401, expose: true }
    const ways = framework.answersItself ? [] : [['the framework', [refusal]] as const]
    for (const [answeredBy, expected] of [...ways, ['errors()', []] as const]) {
      const told: unknown[] = []
      const ownHandler = (error: unknown) => told.push(error)
      const other = await guarded(framework, guardOptions(emulator), {
        ...shape,
        answeredBy,
        ownHandler,
      })
      try {
        const answer = await other.call('/tasks')
        expect(answer.status).toBe(answeredBy === 'errors()' ? 401 : 500)
        expect(told).toMatchObject(expected)
      } finally {
        await other.close()
      }
    }
  })

  it('G70 ask a client that understands it for an authentication context', async () => {
    const capable = await userToken(emulator, ['Tasks.Read'], { xms_cc: ['cp1'] })
    const answer = await server.call('/step-up', capable)
    expect(answer.status).toBe(401)
    const wwwAuthenticate = answer.headers.get('www-authenticate')
    expect(wwwAuthenticate).toContain('error="insufficient_claims"')
    expect(answer.headers.get('access-control-expose-headers')).toBe('WWW-Authenticate')
    expect(claimsChallengeOf({ status: 401, wwwAuthenticate })).toMatchObject({
      claims: '{"access_token":{"acrs":{"essential":true,"value":"c1"}}}',
    })
    const stepped = await userToken(emulator, ['Tasks.Read'], { xms_cc: ['cp1'], acrs: ['c1'] })
    expect(await statusOf('/step-up', stepped)).toBe(200)
  })

  it('G70 refuse a client that would not understand, plainly', async () => {
    const answer = await server.call('/step-up', await userToken(emulator, ['Tasks.Read']))
    expect(answer.status).toBe(403)
    const challenge = answer.headers.get('www-authenticate')
    expect(challenge).toContain('error="insufficient_scope"')
    expect(challenge).toContain('The user must sign in again to meet a further requirement')
    expect(challenge).not.toContain('claims=')
  })

  it.each([undefined, null, 42, {}, ['a']])(
    'refuse verifyToken(%j) with a reason',
    async (token) => {
      // JavaScript callers are not held by the type.
      await expect(server.api.verifyToken(token as string)).rejects.toMatchObject({
        code: 'ERR_ENTRA_TOKEN_INVALID',
        reason: 'not-a-jwt',
      })
    },
  )

  it('give verifyToken() the same frozen caller, which holds no token', async () => {
    const token = await appToken(emulator, ['Tasks.Read.All'])
    const caller = await server.api.verifyToken(token)
    expect(Object.isFrozen(caller)).toBe(true)
    expect(JSON.stringify(caller)).not.toContain(token.slice(-20))
    expect(caller).toMatchObject({ kind: 'app', clientId: ids.daemon, roles: ['Tasks.Read.All'] })
  })

  it('fetch the keys anew after purgeKeys(), and refuse what a withdrawn key has signed', async () => {
    const compromised = emulator.keys.current().kid
    const old = await userToken(emulator, ['Tasks.Read'])
    expect(await statusOf('/tasks', old)).toBe(200)
    await keyPairsReady() // every framework of the table takes one
    emulator.keys.rotate()
    emulator.keys.withdraw(compromised)
    expect(await statusOf('/tasks', old)).toBe(200)
    server.api.purgeKeys()
    expect(await statusOf('/tasks', old)).toBe(401)
    expect(await statusOf('/tasks', await userToken(emulator, ['Tasks.Read']))).toBe(200)
  })
})

describe.each(guardedFrameworks)('with cors in front on $name', (framework) => {
  const cors = {
    'Access-Control-Allow-Origin': 'https://app.contoso.com',
    'Access-Control-Expose-Headers': 'X-Request-Id',
  }
  let server: GuardedServer

  beforeAll(async () => {
    const answered = { ...shape, cors, answeredBy: 'errors()' } as const
    server = await guarded(framework, guardOptions(emulator), answered)
  })
  afterAll(() => server.close())

  it('a preflight is answered before the guard, which has nothing to check', async () => {
    const answer = await server.call('/tasks', undefined, { method: 'OPTIONS' })
    expect(answer.status).toBe(204)
    expect(emulator.requests).toEqual([])
  })

  it('a page may read the challenge of a refusal, and what the app exposes besides', async () => {
    const answer = await server.call('/tasks')
    expect(answer.status).toBe(401)
    expect(answer.headers.get('access-control-allow-origin')).toBe('https://app.contoso.com')
    expect(answer.headers.get('access-control-expose-headers')).toBe(
      'X-Request-Id, WWW-Authenticate',
    )
  })
})

async function untilAsked(endpoint: 'keys'): Promise<void> {
  while (!emulator.requests.some((request) => request.endpoint === endpoint)) {
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
}
