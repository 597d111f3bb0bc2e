import { describe, expect, it } from '@jest/globals'
import type { AccessRequirement } from 'entrada'
import { entra, type EntraOptions } from 'entrada/fetch'
import { guardedInMemory, ids, type Payload } from '../support/guard.js'
import { memories } from '../support/warm-memory.js'

const platform = guardedInMemory()
const { origin } = platform.server
const user = platform.user({ scp: 'Tasks.Read', roles: ['Tasks.Admin'], groups: [ids.service] })
const token = platform.token(user)

const instance = (changes: EntraOptions = {}) =>
  entra({
    tenant: ids.contoso,
    clientId: ids.api,
    authorityHost: origin,
    fetch: platform.fetch,
    clock: () => platform.clock.now,
    ...changes,
  })
type Instance = ReturnType<typeof instance>
type Guard = ReturnType<Instance['requireAccess']>

/** The status that a guard answers with, and the reason if it gives one; `200` when the token may pass. */
async function answerOf(guard: Guard, bearer = token): Promise<string> {
  const headers = { authorization: `Bearer ${bearer}` }
  const refusal = await guard(new Request('https://api.example/', { headers }))
  if (refusal === undefined) return '200'
  const { explanation } = (await refusal.json()) as { explanation?: { reason: string } }
  return `${String(refusal.status)} ${explanation?.reason ?? ''}`.trim()
}

const readers = { user: { scopes: ['Tasks.Read'] } } as const

/** What a route asks of the caller, when another route of the same instance asks for less. */
const stricter: [title: string, requirement: AccessRequirement, answer: string][] = [
  ['G59 another scope', { user: { scopes: ['Tasks.Write'] } }, '403 scope-missing'],
  ['G59 one scope more', { user: { scopes: ['Tasks.Read', 'Tasks'] } }, '403 scope-missing'],
  ['G61 an app', { app: { roles: ['Tasks.Read'] } }, '403 user-refused'],
  ['G63 an app with a role of the user', { app: { roles: ['Tasks.Admin'] } }, '403 user-refused'],
  ['G62 a role', { user: { roles: ['Tasks.Owner'] } }, '403 user-role-missing'],
  ['G64 another client', { ...readers, clients: [ids.daemon] }, '403 client-refused'],
  ['G45 another tenant', { ...readers, tenants: [ids.fabrikam] }, '403 tenant-not-allowed'],
  ['G70 a context', { user: { acrs: ['c1'] } }, '403 auth-context-missing'],
  ['guests', { user: { scopes: ['Tasks.Read'], guests: 'only' } }, '403 guest-refused'],
  ['another group', { user: { groups: [ids.fabrikam] } }, '403 group-missing'],
  ['what its own check denies', { ...readers, check: () => false }, '403 check-refused'],
]

describe.each(memories)(
  'a route is closed to a token that it asks more of, memory %s',
  (memory) => {
    it.each(stricter)('%s', async (_title, requirement, expected) => {
      const identity = instance()
      if (memory === 'warm') {
        for (const guard of [
          identity.requireScopes('Tasks.Read'),
          identity.requireAccess(readers),
        ]) {
          expect(await answerOf(guard)).toBe('200')
        }
        await identity.verifyToken(token)
      }
      const guard = identity.requireAccess(requirement)
      expect([await answerOf(guard), await answerOf(guard)]).toEqual([expected, expected])
      expect(await answerOf(identity.requireAccess(readers))).toBe('200')
    })
  },
)

describe('a token that was let in', () => {
  it("is refused at once when the route's own check says something else", async () => {
    const outage = () => {
      throw new Error('no database')
    }
    let check: () => unknown = () => true
    const guard = instance().requireAccess({ ...readers, check: () => check() as boolean })
    expect(await answerOf(guard)).toBe('200')
    for (check of [() => false, () => 1, () => undefined, () => Promise.resolve('yes')]) {
      expect(await answerOf(guard)).toBe('403 check-refused')
    }
    check = outage
    await expect(answerOf(guard)).rejects.toThrow('no database')
    check = () => true
    expect(await answerOf(guard)).toBe('200')
  })

  it('G45 is refused at once by every guard when the tenant is shut out', async () => {
    let welcome = true
    const identity = instance({ tenant: 'organizations', tenants: () => welcome })
    const guards = [identity.requireScopes('Tasks.Read'), identity.requireUserRoles('Tasks.Admin')]
    const answers = () => Promise.all(guards.map((guard) => answerOf(guard)))
    expect(await answers()).toEqual(['200', '200'])
    welcome = false
    expect(await answers()).toEqual(['401 tenant-not-allowed', '401 tenant-not-allowed'])
    await expect(identity.verifyToken(token)).rejects.toMatchObject({ status: 401 })
    welcome = true
    expect(await answers()).toEqual(['200', '200'])
  })

  it.each<[string, EntraOptions, string]>([
    ['G43 of another API', { clientId: ids.web }, '401 audience'],
    ['G47 of another tenant', { tenant: ids.fabrikam }, '401 issuer'],
    [
      'G45 for other tenants',
      { tenant: 'common', tenants: [ids.fabrikam] },
      '401 tenant-not-allowed',
    ],
  ])(
    'is a stranger to another instance in the same process: %s',
    async (_title, changes, answer) => {
      const guard = instance().requireScopes('Tasks.Read')
      expect(await answerOf(guard)).toBe('200')
      expect(await answerOf(instance(changes).requireScopes('Tasks.Read'))).toBe(answer)
      expect(await answerOf(guard)).toBe('200')
    },
  )

  it('G52 N06 is judged alike in the least memory there is, which holds a few of many', async () => {
    const identity = instance({ cacheMegabytes: 1 })
    const guard = identity.requireScopes('Tasks.Read')
    const long = (changes: Payload) =>
      platform.token({ ...user, pad: 'x'.repeat(40_000), ...changes })
    const expiring = [1, 2, 3, 4].map((uti) => long({ uti, exp: platform.clock.now / 1000 + 60 }))
    const lasting = [5, 6, 7, 8].map((uti) => long({ uti }))
    const poor = [9, 10].map((uti) => long({ uti, scp: 'Tasks.Write' }))
    const answers = (tokens: readonly string[]) =>
      Promise.all(tokens.map((each) => answerOf(guard, each)))
    for (let round = 0; round < 2; round += 1) {
      expect(new Set(await answers([...expiring, ...lasting]))).toEqual(new Set(['200']))
      expect(new Set(await answers(poor))).toEqual(new Set(['403 scope-missing']))
    }
    platform.clock.now += 400_000
    expect(new Set(await answers(expiring))).toEqual(new Set(['401 expired']))
    expect(new Set(await answers(lasting))).toEqual(new Set(['200']))
    identity.purgeKeys()
    platform.server.fault = { metadata: { status: 500 }, keys: { status: 500 } }
    expect(new Set(await answers(lasting))).toEqual(new Set(['503']))
    platform.server.fault = {}
  })
})
