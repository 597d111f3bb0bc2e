import { describe, expect, it, jest } from '@jest/globals'
import { guardedInMemory, ids, type GuardedApi, type GuardOptions } from '../support/guard.js'
import { signingKey, type SigningKey } from '../support/key-server.js'
import { memories } from '../support/warm-memory.js'

const minute = 60_000
const hour = 60 * minute
const secondsNow = (api: GuardedApi) => api.clock.now / 1000
/** As long as tokens live whose client answers claims challenges. */
const longLived = (api: GuardedApi) => api.user({ exp: secondsNow(api) + 28 * 3600 })

/** What the validator makes of a token now, errors of the app's own policy included. */
const verdict = (api: GuardedApi, token: string) =>
  api.verdict(token).catch((error: unknown) => (error as Error).message)

/** Lets time pass, has the token come again, and waits for the keys that are fetched behind it. */
async function refreshed(api: GuardedApi, token: string, elapsed: number): Promise<void> {
  const loads = api.events.length
  api.clock.now += elapsed
  await verdict(api, token)
  for (let turn = 0; api.events.length === loads && turn < 1000; turn += 1) {
    await new Promise((resolve) => setImmediate(resolve))
  }
}

const keys = [signingKey(), signingKey()]
const [key, other] = keys as [SigningKey, SigningKey]

/** What happens to a token that was let in, and what becomes of it. */
interface Fate {
  title: string
  options?: GuardOptions
  token?: (api: GuardedApi) => Record<string, unknown>
  /** The last moment at which it is still let in. */
  still?: (api: GuardedApi) => void
  change: (api: GuardedApi, token: string) => unknown
  verdict: string | RegExp
}

const publish = (api: GuardedApi, members: Record<string, unknown>) => {
  const issuer = `${api.server.origin}/{tenantid}/v2.0`
  api.server.keys['2.0'] = [{ ...key.jwk, issuer, ...members }]
}
const withdraw = (api: GuardedApi) => {
  api.server.keys['2.0'] = api.server.keys['2.0'].slice(1)
}
const fail = ({ server }: GuardedApi) => {
  server.fault = { metadata: { status: 500 }, keys: { status: 500 } }
}
const laterMetadata = async (api: GuardedApi, token: string, said: Record<string, unknown>) => {
  api.server.metadata = said
  await refreshed(api, token, 24 * hour)
  await refreshed(api, token, hour)
}

let answer: () => unknown = () => true
/** A function of the app that says something else after a while. */
const policy: GuardOptions = { tenant: 'organizations', tenants: () => answer() as boolean }
const saying = (title: string, then: () => unknown, expected = '401 tenant-not-allowed') => ({
  title: `G45 when the tenants function ${title}`,
  options: policy,
  change: () => (answer = then),
  verdict: expected,
})

const fates: Fate[] = [
  {
    title: 'G52 from the moment its tolerance is over',
    token: (api) => api.user({ exp: secondsNow(api) + 60 }),
    still: ({ clock }) => (clock.now += 359_000),
    change: ({ clock }) => (clock.now += 1_000),
    verdict: '401 expired',
  },
  {
    title: 'G54 when the clock is set back before its time',
    token: (api) => api.user({ nbf: secondsNow(api) }),
    still: ({ clock }) => (clock.now -= 300_000),
    change: ({ clock }) => (clock.now -= 1_000),
    verdict: '401 not-yet-valid',
  },
  {
    title: 'N06 when two good documents lack its key',
    token: longLived,
    still: withdraw,
    change: async (api, token) => {
      await refreshed(api, token, 61 * minute)
      expect(await api.verdict(token)).toBe('200')
      await refreshed(api, token, 6 * minute)
    },
    verdict: '401 key-unknown',
  },
  {
    title: 'N06 at once after purgeKeys()',
    still: withdraw,
    change: ({ verifier }) => {
      verifier.purgeKeys()
    },
    verdict: '401 key-unknown',
  },
  {
    title: 'N06 as unverifiable after purgeKeys() in an outage',
    still: fail,
    change: ({ verifier }) => {
      verifier.purgeKeys()
    },
    verdict: /^503 (metadata|keys) /,
  },
  {
    title: 'N10 as unverifiable when an outage lasts longer than keys may be used',
    token: (api) => api.user({ exp: secondsNow(api) + 8 * 24 * 3600 }),
    still: (api) => {
      fail(api)
      api.clock.now += 24 * hour
    },
    change: ({ clock }) => (clock.now += 6 * 24 * hour + 1),
    verdict: /^503 (metadata|keys) /,
  },
  {
    title: 'G38 when its key id has become the id of another key',
    token: longLived,
    still: (api) => {
      publish(api, { n: other.jwk['n'] })
    },
    change: async (api, token) => {
      await refreshed(api, token, 61 * minute)
      await refreshed(api, token, 6 * minute)
    },
    verdict: '401 signature',
  },
  {
    title: 'G36 when its key has become the key of another tenant',
    token: longLived,
    still: (api) => {
      publish(api, { issuer: `${api.server.origin}/${ids.personal}/v2.0` })
    },
    change: (api, token) => refreshed(api, token, 61 * minute),
    verdict: '401 key-issuer',
  },
  {
    title: 'G37 when its key has become the key of another cloud',
    token: longLived,
    still: (api) => {
      publish(api, { cloud_instance_name: 'microsoftonline.us' })
    },
    change: (api, token) => refreshed(api, token, 61 * minute),
    verdict: '401 key-issuer',
  },
  {
    title: 'G37 when the authority says that it is in another cloud than the key',
    options: {
      keys: [{ ...key, jwk: { ...key.jwk, cloud_instance_name: 'microsoftonline.com' } }],
    },
    token: longLived,
    change: (api, token) =>
      laterMetadata(api, token, { cloud_instance_name: 'microsoftonline.us' }),
    verdict: '401 key-issuer',
  },
  {
    title: 'G47 when the domain of the API has moved to another tenant',
    options: { tenant: 'contoso.onmicrosoft.com' },
    token: longLived,
    change: (api, token) =>
      laterMetadata(api, token, { issuer: `${api.server.origin}/${ids.fabrikam}/v2.0` }),
    verdict: '401 issuer',
  },
  saying('says no', () => false),
  saying('says no later', () => Promise.resolve(false)),
  saying('says anything but true', () => 'yes'),
  saying('says nothing', () => undefined),
  saying(
    'cannot tell',
    () => {
      throw new Error('no database')
    },
    'no database',
  ),
]

describe.each(memories)('a token that was let in is refused, memory %s', (memory) => {
  it.each(fates)('$title', async ({ options, token, still, change, verdict: expected }) => {
    answer = () => true
    const api = guardedInMemory({ keys, ...options })
    const jwt = api.token(token?.(api) ?? api.user())
    expect([await api.verdict(jwt), await api.verdict(jwt)]).toEqual(['200', '200'])
    expect(api.validator.recall(jwt) !== undefined).toBe(true)
    still?.(api)
    expect(await api.verdict(jwt)).toBe('200')
    await change(api, jwt)
    const asked = memory === 'warm' ? api : api.restarted()
    expect(asked.validator.recall(jwt) !== undefined).toBe(memory === 'warm')
    expect(await verdict(asked, jwt)).toMatch(expected)
    expect(asked.validator.recall(jwt) !== undefined).toBe(false)
  })
})

describe('a token that was let in', () => {
  const api = guardedInMemory({ keys })

  it('yields the same caller without another look at the signature', async () => {
    const token = api.token(api.user())
    const first = await api.validator.verify(token)
    const looks = jest.spyOn(crypto.subtle, 'verify')
    for (let count = 0; count < 100; count += 1)
      expect(await api.validator.verify(token)).toBe(first)
    expect(looks).not.toHaveBeenCalled()
    await api.validator.verify(api.token(api.user({ uti: 'another' })))
    expect(looks).toHaveBeenCalledTimes(1)
    looks.mockRestore()
  })

  it('yields one caller to requests that come at the same time', async () => {
    const token = api.token(api.user({ uti: 'parallel' }))
    const callers = await Promise.all(Array.from({ length: 20 }, () => api.validator.verify(token)))
    expect(new Set(callers).size).toBe(1)
  })

  it('N06 is not remembered beyond its key, which goes while many requests bring it', async () => {
    const own = guardedInMemory({ keys })
    const [before, token] = [own.token(own.user()), own.token(own.user({ uti: 'in flight' }))]
    expect(await own.verdict(before)).toBe('200')
    const flights = Array.from({ length: 20 }, () => own.verdict(token))
    withdraw(own)
    own.verifier.purgeKeys()
    await Promise.all(flights)
    for (const each of [token, before]) expect(await own.verdict(each)).toBe('401 key-unknown')
  })

  it('G45 is not let in by the answer that an earlier request still waits for', async () => {
    const waiting: ((welcome: boolean) => void)[] = []
    answer = () => new Promise((resolve) => waiting.push(resolve))
    const own = guardedInMemory({ keys, ...policy })
    const token = own.token(own.user())
    const first = own.verdict(token)
    while (waiting.length === 0) await new Promise((resolve) => setImmediate(resolve))
    answer = () => false
    expect(await own.verdict(token)).toBe('401 tenant-not-allowed')
    waiting[0]?.(true)
    expect(await first).toBe('200')
    expect(own.validator.recall(token) !== undefined).toBe(true)
    expect(await own.verdict(token)).toBe('401 tenant-not-allowed')
  })

  it('G43 is a stranger to an API of another name or with other keys', async () => {
    const token = api.token(api.user())
    expect(await api.verdict(token)).toBe('200')
    const elsewhere = guardedInMemory({ keys: [other] })
    expect(await elsewhere.verdict(token)).toBe('401 key-unknown')
    expect(await guardedInMemory({ keys, tenant: ids.fabrikam }).verdict(token)).toBe('401 issuer')
  })

  it('is judged alike when others have taken its place in a memory with room for one', async () => {
    const own = guardedInMemory({ keys, cacheBytes: 6_000 })
    const expiring = own.token(own.user({ exp: secondsNow(own) + 60 }))
    const lasting = own.token(own.user({ uti: 'lasting' }))
    for (const [token, place] of [
      [expiring, lasting],
      [lasting, expiring],
      [expiring, lasting],
    ] as const) {
      expect(await own.verdict(token)).toBe('200')
      expect([token, place].map((each) => own.validator.recall(each) !== undefined)).toEqual([
        true,
        false,
      ])
    }
    own.clock.now += 400_000
    expect(await own.verdict(lasting)).toBe('200')
    expect(await own.verdict(expiring)).toBe('401 expired')
    expect(await own.verdict(lasting)).toBe('200')
  })
})
