import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import type { AccessRequirement } from 'entrada'
import type { Emulator } from 'entrada/emulator'
import type { EntraOptions } from 'entrada/express'
import { guardedFrameworks } from './guard-app.js'
import {
  groupOf,
  guarded,
  guardOptions,
  ids,
  startGuardPlatform,
  userToken,
  type GuardedServer,
} from './guard-platform.js'

let emulator: Emulator
const hosts = new Set<string>()

beforeAll(async () => {
  emulator = await startGuardPlatform()
})
afterAll(() => emulator.stop())
afterEach(() => {
  emulator.faults.clear()
  emulator.clearRequests()
  hosts.clear()
})

const inGroup = (number: number): AccessRequirement => ({
  user: { scopes: ['Tasks.Read'], groups: [groupOf(number)] },
})
const shape = {
  routes: { '/team': [inGroup(200)], '/board': [inGroup(900)] },
  answeredBy: 'errors()',
} as const
const hostsSeen: typeof fetch = (input, init) => {
  hosts.add(new URL(input instanceof Request ? input.url : input).host)
  return fetch(input, init)
}
const graphCalls = () => emulator.requests.filter(({ endpoint }) => endpoint === 'graph')
const grants = () => emulator.requests.filter(({ endpoint }) => endpoint === 'token')

describe.each(guardedFrameworks)('groups that do not fit into a token on $name', (framework) => {
  let server: GuardedServer
  const start = (changes: EntraOptions = {}) =>
    guarded(framework, guardOptions(emulator, { fetch: hostsSeen, ...changes }), shape)

  beforeAll(async () => {
    server = await start()
  })
  afterAll(() => server.close())

  it('are asked of Graph on behalf of the user, and never of the address in the token', async () => {
    const token = await userToken(emulator, ['Tasks.Read'])
    expect(token.split('.')[1]).toBeDefined()
    const payload = JSON.parse(atob(token.split('.')[1] ?? '')) as Record<string, unknown>
    expect(JSON.stringify(payload['_claim_sources'])).toContain('https://graph.windows.net/')

    const answer = await server.call('/team', token)
    expect(answer.status).toBe(200)
    expect(graphCalls()).toMatchObject([
      { method: 'POST', path: '/v1.0/me/getMemberObjects', token: { oid: ids.ada }, status: 200 },
    ])
    expect([...hosts].sort()).toEqual(
      [emulator.origin, emulator.graphOrigin].map((origin) => new URL(origin).host).sort(),
    )
  })

  it('are asked for once, however many requests of one token need them', async () => {
    const token = await userToken(emulator, ['Tasks.Read'])
    const paths = ['/team', '/team', '/board', '/team', '/board']
    const answers = await Promise.all(paths.map((path) => server.call(path, token)))
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 403, 200, 403])
    expect((await server.call('/team', token)).status).toBe(200)
    expect(graphCalls()).toHaveLength(1)
  })

  it('T12 are kept for a token that was verified: a forged or respelt one finds nothing', async () => {
    const token = await userToken(emulator, ['Tasks.Read'])
    expect((await server.call('/team', token)).status).toBe(200)
    emulator.clearRequests()
    for (const other of [respelt(token), `${token.slice(0, -8)}AAAAAAAA`, `${token}=`]) {
      expect((await server.call('/team', other)).status).toBe(401)
    }
    expect([...grants(), ...graphCalls()]).toEqual([])
    expect((await server.call('/team', token)).status).toBe(200)
    expect([...grants(), ...graphCalls()]).toEqual([])
    expect((await server.call('/team', await userToken(emulator, ['Tasks.Read']))).status).toBe(200)
    expect([grants().length, graphCalls().length]).toEqual([1, 1])
  })

  it('refuse a user who is not in the group, also with hasgroups alone', async () => {
    const token = await emulator.mintToken({
      resource: ids.tasksApi,
      client: ids.webApp,
      user: ids.ben,
      scopes: ['Tasks.Read'],
      claims: { hasgroups: true },
    })
    const answer = await server.call('/team', token)
    expect(answer.status).toBe(403)
    expect(await answer.json()).toMatchObject({ explanation: { reason: 'group-missing' } })
    expect(graphCalls()).toHaveLength(1)
  })

  it('are not asked for when a scope is missing anyway', async () => {
    const answer = await server.call('/team', await userToken(emulator, ['access_as_user']))
    expect(answer.status).toBe(403)
    expect(emulator.requests.filter(({ endpoint }) => endpoint !== 'keys')).toHaveLength(0)
  })

  it('refuse the user without a credential, and nothing is asked', async () => {
    const withoutCredential = await start({ credential: undefined })
    try {
      const answer = await withoutCredential.call(
        '/team',
        await userToken(emulator, ['Tasks.Read']),
      )
      expect(answer.status).toBe(403)
      expect(await answer.json()).toMatchObject({ explanation: { reason: 'groups-unresolved' } })
      expect([...grants(), ...graphCalls()]).toEqual([])
    } finally {
      await withoutCredential.close()
    }
  })

  it.each([
    [{ kind: 'status', status: 500 }, 502],
    [{ kind: 'status', status: 503, retryAfter: 7 }, 503],
    [{ kind: 'reset' }, 503],
    [{ kind: 'garbage' }, 503],
    [{ kind: 'status', status: 403 }, 502],
  ] as const)(
    'let nobody in while Graph cannot tell (%#), and are asked for again',
    async (fault, status) => {
      const token = await userToken(emulator, ['Tasks.Read'])
      emulator.faults.set({ endpoint: 'graph', ...fault })
      const answer = await server.call('/team', token)
      expect(answer.status).toBe(status)
      expect(answer.headers.get('www-authenticate')).toBeNull()
      if (status === 503) expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
      emulator.faults.clear()
      expect((await server.call('/team', token)).status).toBe(200)
    },
  )

  it('answer a missing consent with a challenge for the client', async () => {
    const { delegated } = emulator.grants.list()
    emulator.grants.clear()
    try {
      const answer = await server.call('/team', await userToken(emulator, ['Tasks.Read']))
      expect(answer.status).toBe(401)
      expect(answer.headers.get('www-authenticate')).toContain('error="consent_required"')
      expect(graphCalls()).toEqual([])
    } finally {
      delegated.forEach((grant) => emulator.grants.grantDelegated(grant))
    }
  })
})

/** The same signature in a spelling whose spare bits are set: the same bytes in many decoders. */
function respelt(token: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  const last = alphabet.indexOf(token.slice(-1))
  return token.slice(0, -1) + alphabet.charAt(last ^ 1)
}
