import { describe, expect, it } from '@jest/globals'
import { claimsAboutUser, homeAccountIdOf } from '../../src/protocol/account.js'
import { createSealer } from '../../src/platform/seal.js'
import { createSignedInSessions } from '../../src/sign-in/signed-in.js'
import { createTombstones } from '../../src/sign-in/tombstones.js'
import { createMemoryTokenStore } from '../support/memory-token-store.js'
import { createSessionTokens } from '../../src/stores/session-tokens.js'
import type { SessionPort } from '../../src/stores/session-port.js'

const clientId = '5e7f2d91-6b3a-4e88-a1c4-9d0b8f7e6a52'
const accountKey = `entrada.${clientId.slice(0, 8)}.account`
const tokensKey = `entrada.${clientId.slice(0, 8)}.tokens`
const clock = () => 1_790_000_000_000
const sealer = createSealer(['a-secret-for-sessions-of-at-least-32-characters'])
const store = createMemoryTokenStore({ clock, capacity: 1_000_000 })
const day = 24 * 3600_000

/** A session in a cookie, as koa-session without a store keeps it. */
function cookieSession(content: Map<string, unknown> = new Map()): SessionPort {
  return {
    id: undefined,
    kind: 'cookie',
    read: (key) => content.get(key),
    write: (key, value) => void content.set(key, value),
    remove: (key) => void content.delete(key),
    renew: () => Promise.reject(new Error('not needed here')),
    save: () => Promise.resolve(),
    destroy: () => {
      content.clear()
      return Promise.resolve()
    },
  }
}

const claims = {
  aud: clientId,
  iss: 'https://login.microsoftonline.com/7d1c9a10-5a6e-4a1d-8f6c-0b2f5e9d3a77/v2.0',
  aio: 'AWQAm/8TAAAAfixture'.repeat(20),
  login_hint: 'O.CiQzZjBiNmE1Mi0fixture'.repeat(8),
  groups: Array.from({ length: 200 }, (_, index) => `group-${index}`),
  name: 'Ada Example with a name that is long enough',
  oid: '3f0b6a52-7c1e-4d0b-9b7a-2a6d5b8e1c11',
  preferred_username: 'ada@contoso.example',
  sid: '0b9e8d7c-6a5f-4e3d-8c2b-1a0f9e8d7c6b',
  sub: 'Zk2PairwiseForTheWebClient0LmNoPqRsTuVwXyZ0',
  tid: '7d1c9a10-5a6e-4a1d-8f6c-0b2f5e9d3a77',
}

const tombstones = createTombstones({ store, clientId, clock, lifetime: 7 * day })
const sessions = createSignedInSessions({
  sealer,
  clock,
  clientId,
  tombstones,
  idleLifetime: day,
  absoluteLifetime: 7 * day,
})

describe('a sign-in in a cookie session', () => {
  it('S13 takes at most 400 bytes, however many claims the user has', async () => {
    const content = new Map<string, unknown>()
    const session = cookieSession(content)
    await sessions.write(session, { claims })
    const [sealed] = [...content.values()]
    expect(String(sealed).length).toBeLessThanOrEqual(400)
    const { account, signedInAt } = (await sessions.read(session)) ?? {}
    expect(signedInAt).toBe(clock())
    expect(account).toMatchObject({
      tenantId: claims.tid,
      objectId: claims.oid,
      subject: claims.sub,
      sessionId: claims.sid,
      username: claims.preferred_username,
      name: claims.name,
      email: undefined,
    })
  })

  it('R22 leaves out a user name that does not fit, rather than a part of it', async () => {
    const session = cookieSession()
    const bare = { tid: claims.tid, oid: claims.oid, sub: claims.sub }
    await sessions.write(session, {
      claims: { ...bare, preferred_username: `${'a'.repeat(160)}@b` },
    })
    const { account } = (await sessions.read(session)) ?? {}
    expect(account).toMatchObject({ username: undefined, name: undefined, sessionId: undefined })
  })

  it('S13 takes at most 400 bytes with names of any alphabet, and cuts no letter in two', async () => {
    const content = new Map<string, unknown>()
    const session = cookieSession(content)
    const name = '𠮷田 渡邉 山﨑 '.repeat(12)
    const all = { ...claims, name, preferred_username: `${'ö'.repeat(40)}@contoso.example` }
    await sessions.write(session, {
      claims: { ...all, auth_time: 1_789_999_990, acrs: ['c1', 'c25'] },
    })
    expect(String([...content.values()][0]).length).toBeLessThanOrEqual(400)
    const { account } = (await sessions.read(session)) ?? {}
    expect(name.startsWith(account?.name ?? '-')).toBe(true)
    expect(account?.name).not.toMatch(/[\p{Cs}]/u)
    expect(account?.claims).toMatchObject({ auth_time: 1_789_999_990, acrs: ['c1', 'c25'] })
  })

  it('keeps every authentication context, for each may be what a page requires', async () => {
    const acrs = Array.from({ length: 99 }, (_, index) => `c${index + 1}`)
    const content = new Map<string, unknown>()
    const session = cookieSession(content)
    await sessions.write(session, { claims: { ...claims, acrs } })
    const { account } = (await sessions.read(session)) ?? {}
    expect(account?.claims['acrs']).toEqual(acrs)
    expect(account).toMatchObject({ username: claims.preferred_username })
    expect(String([...content.values()][0]).length).toBeLessThan(1_000)
  })

  it('keeps the app roles, by which a page may let in or refuse, with details and without', async () => {
    const roles = ['Tasks.Admin', 'Reader']
    for (const details of [undefined, { plan: 'gold' }]) {
      const session = cookieSession()
      await sessions.write(session, { claims: { ...claims, roles }, details })
      const { account } = (await sessions.read(session)) ?? {}
      expect([account?.claims['roles'], account?.details]).toEqual([roles, details ?? {}])
    }
  })

  it('keeps a session id and a tenant that are no GUIDs as they are', async () => {
    const session = cookieSession()
    await sessions.write(session, {
      claims: { ...claims, sid: 'not-a-guid', oid: 'x='.repeat(11) },
    })
    const { account } = (await sessions.read(session)) ?? {}
    expect(account).toMatchObject({ sessionId: 'not-a-guid', objectId: 'x='.repeat(11) })
  })

  it('holds a handle in place of tokens, and another handle finds nothing', async () => {
    const tokens = createSessionTokens({
      sealer,
      clientId,
      clock,
      store,
      lifetime: day,
      cacheBytes: 1_000_000,
    })
    const content = new Map<string, unknown>()
    const session = cookieSession(content)
    const held = {
      tenantId: claims.tid,
      objectId: claims.oid,
      refreshToken: 'very-secret',
      accessTokens: [],
    }
    await tokens.write(session, held)
    expect(JSON.stringify([...content])).not.toContain('very-secret')
    expect(await tokens.read(session)).toEqual(held)
    expect(await tokens.read(cookieSession(new Map([[tokensKey, 'guess']])))).toBeUndefined()
    await tokens.remove(session)
    expect(await tokens.read(session)).toBeUndefined()
  })

  it('S27 a cookie that was kept is worth nothing after the sign-out', async () => {
    const session = cookieSession()
    const signedIn = await sessions.write(session, { claims })
    const kept = new Map([[accountKey, session.read(accountKey)]])
    await tombstones.bury(signedIn.id)
    expect(await sessions.read(cookieSession(kept))).toBeUndefined()
  })
})

describe('a sign-in in a session on the server', () => {
  /** Frameworks read, hash and write the whole session with every request. */
  const serverSession = (): SessionPort => ({ ...cookieSession(), id: 'one', kind: 'server' })
  const ofAnyUser = {
    ...{ aud: claims.aud, iss: claims.iss, iat: 1, nbf: 1, exp: 2, nonce: 'n'.repeat(43) },
    ...{ aio: claims.aio, rh: '1.fixture', ver: '2.0', uti: 'LQ2fixtureOfATokenId0w' },
    ...{ name: 'Ada Example', oid: claims.oid, preferred_username: 'ada@contoso.example' },
    ...{ sid: claims.sid, sub: claims.sub, tid: claims.tid },
  }
  const info = Buffer.from(JSON.stringify({ uid: claims.oid, utid: claims.tid }))
  const clientInfo = info.toString('base64url')

  it('S13 holds what is said about the user in less room than the claims', async () => {
    const session = serverSession()
    await sessions.write(session, {
      claims: claimsAboutUser(ofAnyUser),
      homeAccountId: homeAccountIdOf(clientInfo),
      sessionId: claims.sid,
    })
    expect(String(session.read(accountKey)).length).toBeLessThan(400)
    const { account } = (await sessions.read(session)) ?? {}
    expect(account).toMatchObject({
      homeAccountId: `${claims.oid}.${claims.tid}`,
      sessionId: claims.sid,
    })
    const { uti, name, oid, preferred_username, sid, sub, tid } = ofAnyUser
    expect(account?.claims).toEqual({ uti, name, oid, preferred_username, sid, sub, tid })
  })

  it('knows the session at the platform from the response when no claim names it', async () => {
    const session = serverSession()
    const { sid, ...others } = ofAnyUser
    await sessions.write(session, { claims: others, sessionId: sid })
    expect((await sessions.read(session))?.account).toMatchObject({ sessionId: sid })
  })

  it.each(['', 'no base64url !', Buffer.from('{"uid":7}').toString('base64url')])(
    'has no home account when client_info is %j',
    (nonsense) => expect(homeAccountIdOf(nonsense)).toBeUndefined(),
  )
})

describe('what an account shows', () => {
  it('cannot be changed, at any depth', async () => {
    const { account } = await sessions.write(cookieSession(), { claims })
    expect(Object.isFrozen(account)).toBe(true)
    expect(Object.isFrozen(account.claims)).toBe(true)
  })
})
