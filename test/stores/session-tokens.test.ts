import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { createSealer } from '../../src/platform/seal.js'
import { createSealedTokenStore } from '../../src/stores/sealed-token-store.js'
import type { SessionPort } from '../../src/stores/session-port.js'
import { createSessionTokens, type SessionTokens } from '../../src/stores/session-tokens.js'
import { withAnswer, withoutToken, type UserTokens } from '../../src/stores/user-tokens.js'
import { redisServer } from '../support/redis.js'
import { describeWithService } from '../support/services.js'
import { memoryUnderTest, redisUnderTest, type StoreUnderTest } from './token-stores.js'

type Content = Record<string, unknown>
type Start = () => Promise<StoreUnderTest>

/** Where one user's session lives: each request gets a port of its own over it. */
interface Place {
  request(): SessionPort
  end(): void
}

describe('the tokens of a session on the server, beside a store in memory', () =>
  conforms(memoryUnderTest, serverSession))
describe('the tokens of a session in a cookie, in a store in memory', () =>
  conforms(memoryUnderTest, cookieSession))
describeWithService(redisServer, 'the tokens of a session', () => {
  describe('on the server, beside a store on Redis', () => conforms(redisUnderTest, serverSession))
  describe('in a cookie, in a store on Redis', () => conforms(redisUnderTest, cookieSession))
})

function conforms(start: Start, newSession: () => Place): void {
  let under: StoreUnderTest
  let tokens: SessionTokens

  beforeAll(async () => {
    under = await start()
    tokens = startTokens()
  })
  afterAll(() => under.stop())

  /** Another process over the same store. */
  function startTokens(): SessionTokens {
    const sealer = createSealer(['a-secret-for-the-store-tests-of-32-characters'])
    const store = createSealedTokenStore(under.store, sealer, 'client')
    return createSessionTokens({ sealer, clientId: 'client', store, lifetime: 10_000 })
  }

  async function sessionOf(user: UserTokens): Promise<Place> {
    const place = newSession()
    const request = place.request()
    await tokens.write(request, user)
    await request.save()
    return place
  }

  it('are what was written, until they are removed', async () => {
    const place = await sessionOf(ada)
    expect(await tokens.read(place.request())).toEqual(ada)
    expect(await tokens.readAgain(place.request())).toEqual(ada)
    const last = place.request()
    await tokens.remove(last)
    await last.save()
    expect(await tokens.read(place.request())).toBeUndefined()
    expect(await tokens.readAgain(place.request())).toBeUndefined()
  })

  it('T08 are those of this session and of no other', async () => {
    const [one, other] = [await sessionOf(ada), await sessionOf(grace)]
    await tokens.update(one.request(), (held) => withAnswer(held, { accessToken: tokenOf('x', 1) }))
    expect(await tokens.readAgain(other.request())).toEqual(grace)
  })

  it('all stay when ten requests renew for ten APIs at once', async () => {
    const place = await sessionOf(ada)
    const names = Array.from({ length: 10 }, (_, index) => `api://${index}`)
    await Promise.all(
      names.map((name) =>
        tokens.update(place.request(), (held) =>
          withAnswer(held, { refreshToken: `of ${name}`, accessToken: tokenOf(name, 1) }),
        ),
      ),
    )
    const held = await tokens.read(place.request())
    expect(held?.accessTokens.map(({ resource }) => resource).sort()).toEqual([...names, 'graph'])
    expect(held?.refreshToken).toMatch(/^of api/)
  })

  it('all stay when two processes renew behind their requests at once', async () => {
    const place = await sessionOf(ada)
    const names = ['api://0', 'api://1']
    await Promise.all(
      names.map((name) =>
        startTokens().updateBehind(
          place.request(),
          (held) => withAnswer(held, { accessToken: tokenOf(name, 1) }),
          5_000,
        ),
      ),
    )
    const held = await tokens.readAgain(place.request())
    expect(held?.accessTokens.map(({ resource }) => resource).sort()).toEqual([...names, 'graph'])
  })

  it('all stay when the requests are over before the renewals are', async () => {
    const place = await sessionOf(ada)
    const names = Array.from({ length: 4 }, (_, index) => `api://${index}`)
    const renewed = (name: string) => (held: UserTokens) =>
      withAnswer(held, { accessToken: tokenOf(name, 1) })
    await Promise.all(
      names.map((name) => tokens.updateBehind(place.request(), renewed(name), 5_000)),
    )
    const resourcesOf = (held?: UserTokens) =>
      held?.accessTokens.map(({ resource }) => resource).sort()
    expect(resourcesOf(await tokens.readAgain(place.request()))).toEqual([...names, 'graph'])
    await tokens.adopt(place.request())
    expect(resourcesOf(await tokens.read(place.request()))).toEqual([...names, 'graph'])
  })

  it('are the newer of what the session holds and what was renewed behind it', async () => {
    const place = await sessionOf(ada)
    const now = { refreshToken: 'second', accessToken: tokenOf('graph', 2) }
    await tokens.updateBehind(place.request(), (held) => withAnswer(held, now), 5_000)
    const after = await tokens.readAgain(place.request())
    expect(after).toMatchObject({ refreshToken: 'second', accessTokens: [{ refreshAt: 2 }] })
    const later = { refreshToken: 'third', accessToken: tokenOf('graph', 3) }
    await tokens.update(place.request(), (held) => withAnswer(held, later))
    expect(await tokens.readAgain(place.request())).toEqual(await tokens.read(place.request()))
    expect(await tokens.read(place.request())).toMatchObject({ refreshToken: 'third' })
  })

  it('T27 do not come back once an API has refused them, from wherever they were', async () => {
    const place = await sessionOf(ada)
    const accessToken = tokenOf('graph', 2)
    await tokens.updateBehind(place.request(), (held) => withAnswer(held, { accessToken }), 5_000)
    await tokens.update(place.request(), (held) => withoutToken(held, accessToken.token))
    expect((await tokens.readAgain(place.request()))?.accessTokens).toEqual([])
  })

  it('of a session that has ended do not come back with a renewal', async () => {
    const place = await sessionOf(ada)
    const late = place.request()
    const last = place.request()
    await tokens.remove(last)
    place.end()
    const renewed = (held: UserTokens) => withAnswer(held, { accessToken: tokenOf('graph', 2) })
    await tokens.update(late, renewed)
    await tokens.updateBehind(late, renewed, 5_000)
    expect(await tokens.readAgain(place.request())).toBeUndefined()
  })

  it('T18 leave the store when their user is signed out everywhere, and nobody else’s do', async () => {
    const places = [await sessionOf(ada), await sessionOf(ada)]
    const other = await sessionOf(grace)
    const newer = { accessToken: tokenOf('graph', 9) }
    for (const place of [...places, other]) {
      await tokens.updateBehind(place.request(), (held) => withAnswer(held, newer), 5_000)
    }
    await tokens.removeAllOf({ tenantId: 'CONTOSO', objectId: 'Ada' })
    for (const place of places) {
      const held = await tokens.readAgain(place.request())
      expect(held?.accessTokens.map(({ refreshAt }) => refreshAt) ?? []).not.toContain(9)
    }
    expect(await tokens.readAgain(other.request())).toMatchObject({
      accessTokens: [{ refreshAt: 9 }],
    })
  })
}

const ada = userNamed('ada')
const grace = userNamed('grace')

function userNamed(objectId: string): UserTokens {
  return {
    tenantId: 'contoso',
    objectId,
    refreshToken: 'first',
    accessTokens: [tokenOf('graph', 0)],
  }
}

function tokenOf(resource: string, refreshAt: number) {
  const token = `token of ${resource}, ${refreshAt}`
  return { resource, scopes: [], token, expiresAt: 10, staleAt: 5, refreshAt }
}

let count = 0

/** As a framework has it: requests read a copy, and save it as a whole. */
function serverSession(): Place {
  const id = `session ${(count += 1)}`
  let saved: Content | undefined = {}
  return {
    end: () => (saved = undefined),
    request: () =>
      portOver(
        { ...saved },
        { id, kind: 'server' },
        {
          save: (content) => (saved = content),
          stored: () => saved ?? {},
        },
      ),
  }
}

/** The browser sends the same cookie with every request until it gets another. */
function cookieSession(): Place {
  let cookie: Content = {}
  return {
    end: () => undefined,
    request: () =>
      portOver(
        { ...cookie },
        { id: undefined, kind: 'cookie' },
        {
          save: (content) => (cookie = content),
          stored: () => cookie,
        },
      ),
  }
}

function portOver(
  content: Content,
  names: Pick<SessionPort, 'id' | 'kind'>,
  store: { save: (content: Content) => unknown; stored: () => Content },
): SessionPort {
  const neverAsked = () => Promise.reject(new Error('Tokens are no reason for this.'))
  return {
    ...names,
    read: (key) => content[key],
    write: (key, value) => void (content[key] = value),
    remove: (key) => void Reflect.deleteProperty(content, key),
    save: () => Promise.resolve(void store.save({ ...content })),
    renew: neverAsked,
    destroy: neverAsked,
    ...(names.kind === 'server' && {
      readStored: (key: string) => Promise.resolve(store.stored()[key]),
    }),
  }
}
