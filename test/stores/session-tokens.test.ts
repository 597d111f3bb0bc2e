import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { createSealer } from '../../src/platform/seal.js'
import { createSealedTokenStore } from '../../src/stores/sealed-token-store.js'
import type { SessionAside } from '../../src/stores/session-aside.js'
import type { SessionPort } from '../../src/stores/session-port.js'
import { createSessionTokens, type SessionTokens } from '../../src/stores/session-tokens.js'
import { withAnswer, withoutToken, type UserTokens } from '../../src/stores/user-tokens.js'
import type { TokenStore } from '../../src/stores/token-store.js'
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

describe('the tokens of a session on the server, beside it', () =>
  conforms(memoryUnderTest, serverSession))
describe('the tokens of a session in a cookie, in this process', () =>
  conforms(undefined, cookieSession))
describe('the tokens of a session in a cookie, in a store', () =>
  conforms(memoryUnderTest, cookieSession))
describeWithService(redisServer, 'the tokens of a session in a cookie', () => {
  describe('in a store on Redis', () => conforms(redisUnderTest, cookieSession))
})

const sealer = createSealer(['a-secret-for-the-store-tests-of-32-characters'])

/** One process over a store that it shares with others, if it shares any. */
function tokensOver(store?: TokenStore, clock = Date.now): SessionTokens {
  return createSessionTokens({
    ...{ sealer, clientId: 'client', clock },
    ...{ lifetime: 10_000, cacheBytes: 1_000_000 },
    store: store && createSealedTokenStore(store, sealer, 'client'),
  })
}

/** @param start What processes share; undefined when they share nothing. */
function conforms(start: Start | undefined, newSession: () => Place): void {
  let under: StoreUnderTest | undefined
  let tokens: SessionTokens

  beforeAll(async () => {
    under = await start?.()
    tokens = tokensOver(under?.store)
  })
  afterAll(() => under?.stop())

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

  if (start !== undefined) betweenProcesses()

  it('S02 of before go when the session has got others, and not while it has not', async () => {
    const place = await sessionOf(ada)
    const [before, request] = [place.request(), place.request()]
    const removeBefore = tokens.removalOf(request)
    await removeBefore()
    expect(await tokens.readAgain(before)).toEqual(ada)
    await tokens.write(request, grace)
    await removeBefore()
    expect(await tokens.readAgain(request)).toEqual(grace)
    expect(await tokens.readAgain(before)).not.toEqual(ada)
  })

  it('of a session that has ended do not come back with a renewal', async () => {
    const place = await sessionOf(ada)
    const late = place.request()
    const last = place.request()
    await tokens.remove(last)
    place.end()
    const renewed = (held: UserTokens) => withAnswer(held, { accessToken: tokenOf('graph', 2) })
    await tokens.update(late, renewed)
    expect(await tokens.readAgain(place.request())).toBeUndefined()
  })

  it('T18 leave the store when their user is signed out everywhere, and nobody else’s do', async () => {
    const places = [await sessionOf(ada), await sessionOf(ada)]
    const other = await sessionOf(grace)
    await tokens.removeAllOf({ tenantId: 'CONTOSO', objectId: 'Ada' })
    for (const place of places) {
      const request = place.request()
      // With a session on the server they go when it does, and nobody is signed in until then.
      if (request.kind === 'cookie') expect(await tokens.readAgain(request)).toBeUndefined()
    }
    expect(await tokens.readAgain(other.request())).toEqual(grace)
  })

  function betweenProcesses(): void {
    it('T05 are what another process has renewed, once it is asked for', async () => {
      const place = await sessionOf(ada)
      const accessToken = tokenOf('graph', 2)
      await tokensOver(under?.store).update(place.request(), (held) =>
        withAnswer(held, { accessToken }),
      )
      const now = { accessTokens: [{ refreshAt: 2 }] }
      expect(await tokens.readAgain(place.request())).toMatchObject(now)
      expect(await tokens.read(place.request())).toMatchObject(now)
    })

    it('T27 do not come back once an API has refused them', async () => {
      const place = await sessionOf(ada)
      const accessToken = tokenOf('graph', 2)
      await tokens.update(place.request(), (held) => withAnswer(held, { accessToken }))
      await tokensOver(under?.store).update(place.request(), (held) =>
        withoutToken(held, accessToken.token),
      )
      expect((await tokens.readAgain(place.request()))?.accessTokens).toEqual([])
      expect((await tokens.read(place.request()))?.accessTokens).toEqual([])
    })
  }
}

describe('the tokens of a session in this process', () => {
  it('are gone when a sign-in may last no longer', async () => {
    let now = 1_790_000_000_000
    const tokens = tokensOver(undefined, () => now)
    const request = cookieSession().request()
    await tokens.write(request, ada)
    now += 9_999
    expect(await tokens.read(request)).toEqual(ada)
    now += 1
    expect(await tokens.read(request)).toBeUndefined()
  })

  it('are frozen, so that no handler changes what another one reads', async () => {
    const tokens = tokensOver()
    const request = cookieSession().request()
    await tokens.write(request, userNamed('ada'))
    const held = await tokens.read(request)
    expect(Object.isFrozen(held?.accessTokens[0])).toBe(true)
    expect(await tokens.read(request)).toBe(held)
  })
})

describe('the tokens of a session on the server', () => {
  it('S17 do not open behind the handle in another session, known or not', async () => {
    const [one, other] = [serverSession(), serverSession()]
    const tokens = tokensOver()
    const request = one.request()
    await tokens.write(request, ada)
    const stolen = other.request()
    stolen.write('entrada.client.tokens', request.read('entrada.client.tokens'))
    for (const process of [tokens, tokensOver()]) {
      expect(await process.read(request)).toEqual(ada)
      expect(await process.read(stolen)).toBeUndefined()
      expect(await process.readAgain(stolen)).toBeUndefined()
    }
  })

  it('S15 that were removed while they were changed are gone, from the store and from the process', async () => {
    const request = serverSession().request()
    const tokens = tokensOver()
    await tokens.write(request, ada)
    const late = portAgain(request)
    let removing: Promise<void> | undefined
    beforeWrite = () => {
      removing ??= tokens.remove(request)
      return new Promise((resolve) => setTimeout(resolve, 5))
    }
    await tokens.update(late, (held) => withAnswer(held, { refreshToken: 'late' }))
    beforeWrite = undefined
    await removing
    expect(removing).toBeDefined()
    expect(await tokens.read(late)).toBeUndefined()
    expect(await tokensOver().read(late)).toBeUndefined()
  })

  it('are sealed in its store, and only a handle is in the session', async () => {
    const place = serverSession()
    const request = place.request()
    await tokensOver().write(request, ada)
    await request.save()
    expect(JSON.stringify([...aside])).not.toMatch(/first|token of/)
    expect(String(place.request().read('entrada.client.tokens')).length).toBeLessThan(40)
  })

  it('are read from the store once in a process, until they are to be renewed', async () => {
    const place = serverSession()
    const request = place.request()
    await tokensOver().write(request, ada)
    const tokens = tokensOver()
    reads = 0
    await tokens.read(request)
    await tokens.read(request)
    expect(reads).toBe(1)
    await tokens.readAgain(request)
    expect(reads).toBe(2)
  })
})

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
let reads = 0
let beforeWrite: (() => Promise<void>) | undefined
const aside = new Map<string, string>()

/** One store for all sessions, as a framework has it. */
const asideOfAll: SessionAside = {
  newId: () => Promise.resolve(crypto.randomUUID()),
  read(id) {
    reads += 1
    return Promise.resolve(aside.get(id))
  },
  async write(id, value) {
    await beforeWrite?.()
    aside.set(id, value)
  },
  remove: (id) => Promise.resolve(void aside.delete(id)),
}

/** As a framework has it: requests read a copy, and save it as a whole. */
function serverSession(): Place {
  const id = `session ${(count += 1)}`
  let saved: Content | undefined = {}
  return {
    end: () => (saved = undefined),
    request: () =>
      portOver(
        { ...saved },
        { id, kind: 'server', aside: asideOfAll },
        (content) => (saved = content),
      ),
  }
}

/** What a request that began before still sees. */
function portAgain(session: SessionPort): SessionPort {
  const key = 'entrada.client.tokens'
  const content = { [key]: session.read(key) }
  return portOver(content, { id: session.id, kind: 'server', aside: asideOfAll }, () => undefined)
}

/** The browser sends the same cookie with every request until it gets another. */
function cookieSession(): Place {
  let cookie: Content = {}
  return {
    end: () => undefined,
    request: () =>
      portOver({ ...cookie }, { id: undefined, kind: 'cookie' }, (content) => (cookie = content)),
  }
}

function portOver(
  content: Content,
  names: Pick<SessionPort, 'id' | 'kind' | 'aside'>,
  save: (content: Content) => unknown,
): SessionPort {
  const neverAsked = () => Promise.reject(new Error('Tokens are no reason for this.'))
  return {
    ...names,
    read: (key) => content[key],
    write: (key, value) => void (content[key] = value),
    remove: (key) => void Reflect.deleteProperty(content, key),
    save: () => Promise.resolve(void save({ ...content })),
    renew: neverAsked,
    destroy: neverAsked,
  }
}
