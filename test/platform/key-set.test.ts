import { afterEach, describe, expect, it } from '@jest/globals'
import { guardedApi, type GuardedApi, type GuardOptions } from '../support/guard.js'
import { signedBy, signingKey, type Served, type SigningKey } from '../support/key-server.js'

const minute = 60_000
const hour = 60 * minute
const keys = [signingKey(), signingKey(), signingKey()] as const

let running: GuardedApi[] = []
afterEach(async () => {
  await Promise.all(running.map((api) => api.stop()))
  running = []
})

/** Tokens that live as long as a test needs; only `keys[0]` is published at first. */
async function started(options: GuardOptions = {}) {
  let attempts = 0
  const counted: typeof fetch = (input, init) => {
    if ((input as string).includes('/discovery/')) attempts += 1 // the library asks for strings
    return fetch(input, init)
  }
  const api = await guardedApi({ keys: [keys[0]], fetch: counted, ...options })
  running.push(api)
  const publish = (...published: SigningKey[]) => {
    for (const version of ['1.0', '2.0'] as const) {
      const issuer = version === '2.0' ? { issuer: `${api.server.origin}/{tenantid}/v2.0` } : {}
      api.server.keys[version] = published.map(({ jwk }) => ({ ...jwk, ...issuer }))
    }
  }
  let serial = 0
  const by = (key: SigningKey, header: Record<string, unknown> = {}) => {
    const exp = Math.floor(api.clock.now / 1000) + 4000
    // Each token is a new one, so that what is remembered of the last decides nothing.
    return signedBy(key, api.user({ exp, nbf: 1, uti: String((serial += 1)) }), header)
  }
  const good = () => api.verdict(by(keys[0]))
  const unknown = () => api.verdict(by(keys[0], { kid: `unknown-${String((serial += 1))}` }))
  const wait = (milliseconds: number) => (api.clock.now += milliseconds)
  /** Lets a refresh behind the last request arrive. */
  const settled = async () => {
    await new Promise((resolve) => setImmediate(resolve))
    const outcomes = () =>
      api.events.filter(({ type }) => type === 'keys-loaded' || type === 'keys-unavailable')
    for (let turn = 0; turn < 400 && outcomes().length < attempts; turn += 1) {
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  }
  const fail = (fault: Served) => (api.server.fault = { metadata: fault, keys: fault })
  const recover = () => (api.server.fault = {})
  return { ...api, publish, by, good, unknown, wait, settled, fail, recover }
}

const outage: Served = { status: 503 }

describe('the keys of the platform', () => {
  it('N01 are fetched once for 300 requests at a cold start', async () => {
    const api = await started()
    const verdicts = await Promise.all(Array.from({ length: 300 }, () => api.good()))
    expect(new Set(verdicts)).toEqual(new Set(['200']))
    expect(api.server.count).toEqual({ metadata: 1, keys: 1 })
  })

  it('are fetched for a token of the configured issuer only', async () => {
    const api = await started()
    expect(await api.verdict(api.token(api.user({ iss: 'https://trap.example/' })))).toBe(
      '401 issuer',
    )
    expect(await api.verdict(api.token(api.user({ aud: 'x' })))).toBe('401 audience')
    expect(await api.verdict(api.token(api.user({ exp: 1 })))).toBe('401 expired')
    expect(api.server.count).toEqual({ metadata: 0, keys: 0 })
  })

  it('N02 are not fetched again and again for a flood of unknown key ids', async () => {
    const api = await started()
    await api.good()
    const flood = await Promise.all(Array.from({ length: 600 }, () => api.unknown()))
    expect(new Set(flood)).toEqual(new Set(['401 key-unknown']))
    expect(api.server.count.keys).toBe(2)
    for (let count = 0; count < 100; count += 1) await api.unknown()
    expect(api.server.count.keys).toBe(2)
    api.wait(2_000)
    for (let count = 0; count < 100; count += 1) await api.unknown()
    expect(api.server.count.keys).toBe(3)
    for (let elapsed = 0; elapsed < 30; elapsed += 1) {
      api.wait(minute)
      await api.unknown()
    }
    // Half an hour: one for each five minutes.
    expect(api.server.count.keys).toBeLessThanOrEqual(3 + 6)
    expect(await api.good()).toBe('200')
    expect(api.server.count.metadata).toBe(1)
  })

  it('N02 are not fetched twice when a cold start already brought them for the request', async () => {
    const api = await started()
    expect(await api.unknown()).toBe('401 key-unknown')
    expect(api.server.count.keys).toBe(1)
  })

  it('N03 are not asked for by a flood while the platform is down, and the flood is answered at once', async () => {
    const api = await started()
    await api.good()
    api.wait(6 * minute)
    api.fail(outage)
    for (let round = 0; round < 10; round += 1) {
      const lanes = await Promise.all([api.unknown(), api.unknown(), api.unknown(), api.unknown()])
      expect(new Set(lanes)).toEqual(new Set(['401 key-unknown']))
    }
    expect(api.server.count.keys).toBeLessThanOrEqual(1 + 2)
    expect(await api.good()).toBe('200')
  })

  it('N04 are fetched at once when a token names a new one, even seconds after the last fetch', async () => {
    const api = await started()
    await api.good()
    api.wait(1_000)
    api.publish(keys[0], keys[1])
    const verdicts = await Promise.all(
      Array.from({ length: 50 }, () => api.verdict(api.by(keys[1]))),
    )
    expect(new Set(verdicts)).toEqual(new Set(['200']))
    expect(api.server.count.keys).toBe(2)
    api.wait(2_000)
    api.publish(keys[1], keys[2])
    expect(await api.verdict(api.by(keys[2]))).toBe('200')
  })

  it('N05 are refreshed behind requests before a new one is used, so that no token is refused', async () => {
    const api = await started()
    await api.good()
    api.publish(keys[0], keys[1])
    api.wait(hour)
    expect(await api.good()).toBe('200')
    await api.settled()
    expect(api.server.count.keys).toBe(2)
    api.fail(outage)
    expect(await api.verdict(api.by(keys[1]))).toBe('200')
  })

  it('N06 N08 are kept through one document without them, and dropped after two that are five minutes apart', async () => {
    const api = await started()
    api.publish(keys[0], keys[1])
    await api.good()
    api.publish(keys[1])
    api.wait(hour)
    expect(await api.good()).toBe('200')
    await api.settled()
    expect(await api.good()).toBe('200')
    // Another document too soon after the first does not count.
    api.wait(4 * minute)
    await api.unknown()
    expect(await api.good()).toBe('200')
    api.wait(5 * minute)
    expect(await api.good()).toBe('200')
    await api.settled()
    expect(await api.good()).toBe('401 key-unknown')
    expect(await api.verdict(api.by(keys[1]))).toBe('200')
    expect(api.events).toContainEqual({ type: 'key-withdrawn', version: '2.0', kid: keys[0].kid })
  })

  it('N08 are as good as ever when a key comes back in time', async () => {
    const api = await started()
    api.publish(keys[0], keys[1])
    await api.good()
    for (const published of [[keys[1]], [keys[0], keys[1]], [keys[1]], [keys[0], keys[1]]]) {
      api.publish(...published)
      api.wait(hour)
      expect(await api.good()).toBe('200')
      await api.settled()
    }
    expect(await api.good()).toBe('200')
  })

  it('N06 are not dropped by an outage, however long', async () => {
    const api = await started()
    await api.good()
    api.fail(outage)
    for (let hours = 0; hours < 48; hours += 1) {
      api.wait(hour)
      expect(await api.good()).toBe('200')
      await api.settled()
    }
    expect(api.events.filter(({ type }) => type === 'keys-unavailable').length).toBeGreaterThan(10)
  })

  it('N10 serve for days while the platform is down, with an event that tells their age, and then no more', async () => {
    const api = await started()
    await api.good()
    api.fail(outage)
    api.wait(24 * hour)
    expect(await api.good()).toBe('200')
    await api.settled()
    expect(api.events.at(-1)).toEqual({
      type: 'keys-unavailable',
      version: '2.0',
      endpoint: 'keys',
      failure: 'status',
      age: 24 * hour,
    })
    api.wait(6 * 24 * hour)
    expect(await api.good()).toBe('200')
    await api.settled()
    api.wait(hour)
    expect(await api.good()).toBe('503 keys status')
    api.recover()
    api.wait(hour)
    expect(await api.good()).toBe('200')
  })

  it('a key id unknown to keys older than a day is no reason to refuse while the platform is down', async () => {
    const api = await started()
    await api.good()
    api.fail(outage)
    api.wait(25 * hour)
    expect(await api.unknown()).toBe('503 keys status')
    expect(await api.good()).toBe('200')
    api.recover()
    api.wait(hour)
    await api.good()
    await api.settled()
    expect(await api.unknown()).toBe('401 key-unknown')
  })

  const poisoned: [string, Served][] = [
    ['an empty set', { body: '{"keys":[]}' }],
    ['no keys', { body: '{}' }],
    ['null', { body: 'null' }],
    ['keys that are null', { body: '{"keys":null}' }],
    ['a null key', { body: '{"keys":[null]}' }],
    ['broken keys', { body: '{"keys":[{"kty":"RSA","kid":"a","n":"AA","e":"AQAB"}]}' }],
    ['symmetric keys', { body: '{"keys":[{"kty":"oct","kid":"a","k":"AAAA"}]}' }],
    ['HTML', { body: '<!doctype html>', headers: { 'content-type': 'text/html' } }],
    ['half a document', { body: '{"keys":[{"kty":"RSA"' }],
    ['nothing', { body: '' }],
    ['25 MB', { body: `{"keys":[${' '.repeat(25_000_000)}]}` }],
    ['invalid UTF-8', { body: Buffer.from([0x7b, 0xff, 0x7d]) }],
    ['a redirect', { status: 302, headers: { location: 'https://trap.example/keys' } }],
    ['204', { status: 204, body: '' }],
    ['404', { status: 404, body: '{"keys":[]}' }],
  ]
  it.each(poisoned)('N07 N09 are not replaced by a document that is %s', async (_title, served) => {
    const api = await started()
    await api.good()
    api.server.fault = { keys: served }
    api.wait(hour)
    expect(await api.good()).toBe('200')
    await api.settled()
    expect(api.events.at(-1)).toMatchObject({ type: 'keys-unavailable', endpoint: 'keys' })
    for (let round = 0; round < 3; round += 1) {
      api.wait(20 * minute)
      expect(await api.good()).toBe('200')
      await api.settled()
    }
    api.recover()
    api.wait(hour)
    await api.good()
    await api.settled()
    expect(api.events.at(-1)).toMatchObject({ type: 'keys-loaded', keys: 1 })
  })

  it('N09 are not fetched from where a redirect points, on this host or another', async () => {
    const api = await started()
    const { origin } = api.server
    for (const location of ['https://trap.example/', `${origin}/elsewhere`, '/elsewhere']) {
      api.fail({ status: 302, headers: { location } })
      expect(await api.good()).toBe('503 metadata status')
      api.wait(10_000)
    }
    expect(api.server.paths.every((path) => !path.includes('elsewhere'))).toBe(true)
  })

  it('N07 a null or broken key beside good ones is passed over', async () => {
    const api = await started()
    api.server.keys['2.0'].unshift(null, { kty: 'RSA', kid: keys[1].kid }, 'key')
    expect(await api.good()).toBe('200')
  })
})

describe('a cold start while the platform is down', () => {
  it('N11 is answered 503 with Retry-After, and ends by itself within five seconds', async () => {
    const api = await started()
    api.fail(outage)
    const refusal: unknown = await api.validator
      .verify(api.by(keys[0]))
      .catch((error: unknown) => error)
    expect(refusal).toMatchObject({ status: 503, code: 'ERR_ENTRA_PLATFORM_UNAVAILABLE' })
    expect(refusal).toHaveProperty(['headers', 'Retry-After'], '1')
    expect(refusal).not.toHaveProperty(['headers', 'WWW-Authenticate'])
    const asked = { ...api.server.count }
    for (let count = 0; count < 50; count += 1) expect(await api.good()).toBe('503 metadata status')
    expect(api.server.count).toEqual(asked)
    api.recover()
    api.wait(5_000)
    expect(await api.good()).toBe('200')
  })

  it('N18 honours a Retry-After of the platform, but for no more than five seconds while nothing else serves', async () => {
    const api = await started()
    api.fail({ status: 429, headers: { 'retry-after': '3600' } })
    expect(await api.good()).toBe('503 metadata status')
    api.recover()
    api.wait(4_000)
    expect(await api.good()).toBe('503 metadata status')
    api.wait(1_000)
    expect(await api.good()).toBe('200')
  })

  it('N18 honours it while older keys serve', async () => {
    const api = await started()
    await api.good()
    api.server.fault = { keys: { status: 429, headers: { 'retry-after': '2400' } } }
    api.wait(hour)
    await api.good()
    await api.settled()
    const asked = api.server.count.keys
    api.wait(39 * minute)
    await api.good()
    await api.settled()
    expect(api.server.count.keys).toBe(asked)
    api.wait(minute)
    await api.good()
    await api.settled()
    expect(api.server.count.keys).toBe(asked + 1)
  })

  const silent: [string, Served][] = [
    ['accepts and says nothing', { respond: () => undefined }],
    [
      'sends one byte at a time',
      {
        respond: (_request, response) => {
          response.writeHead(200, { 'content-type': 'application/json' })
          const timer = setInterval(() => response.write(' '), 20)
          response.on('close', () => {
            clearInterval(timer)
          })
        },
      },
    ],
  ]
  it.each(silent)('N12 ends at its deadline when the platform %s', async (_title, served) => {
    const api = await started({ deadline: 150 })
    let closed = 0
    api.fail({
      respond: (request, response) => {
        request.socket.on('close', () => (closed += 1))
        served.respond?.(request, response)
      },
    })
    const verdicts = await Promise.all([api.good(), api.good(), api.good()])
    expect(verdicts).toEqual(Array(3).fill('503 metadata timeout'))
    expect(api.server.count.metadata).toBe(1)
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(closed).toBe(1)
    api.recover()
    api.wait(1_000)
    expect(await api.good()).toBe('200')
  })

  it('N12 ends at its deadline even with a fetch that ignores it', async () => {
    const api = await started({ deadline: 50, fetch: () => new Promise(() => undefined) })
    expect(await api.good()).toBe('503 metadata timeout')
  })

  it('N13 is answered 503 when the platform cannot be reached at all', async () => {
    const api = await started()
    await api.stop()
    expect(await api.good()).toBe('503 metadata network')
  })

  it('N17 tries a connection once more that the other side had closed', async () => {
    const api = await started()
    let dropped = 0
    api.server.fault = {
      keys: {
        respond: (request) => {
          dropped += 1
          api.server.fault = {}
          request.socket.destroy()
        },
      },
    }
    expect(await api.good()).toBe('200')
    expect(dropped).toBe(1)
    api.fail({ respond: (request) => request.socket.destroy() })
    api.verifier.purgeKeys()
    expect(await api.good()).toBe('503 keys network')
    expect(api.server.count.keys).toBe(4)
  })

  it('O10 leaves no rejection unhandled when a request is given up during the fetch', async () => {
    const api = await started({ deadline: 50 })
    api.fail({ respond: () => undefined })
    void api.validator.verify(api.by(keys[0])).catch(() => undefined)
    await new Promise((resolve) => setTimeout(resolve, 120))
    expect(api.events).toHaveLength(1)
  })
})

describe('purgeKeys()', () => {
  it('forgets every key at once', async () => {
    const api = await started()
    await api.good()
    api.publish(keys[1])
    api.verifier.purgeKeys()
    expect(await api.good()).toBe('401 key-unknown')
    expect(await api.verdict(api.by(keys[1]))).toBe('200')
  })

  it('trusts no document that was under way', async () => {
    const api = await started()
    let release = (): void => undefined
    const released = new Promise<void>((resolve) => (release = resolve))
    const old = JSON.stringify({ keys: api.server.keys['2.0'] })
    api.server.fault = {
      keys: {
        respond: (_request, response) => {
          api.server.fault = {}
          void released.then(() => response.writeHead(200).end(old))
        },
      },
    }
    const early = api.good()
    while (api.server.count.keys === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    api.publish(keys[1])
    api.verifier.purgeKeys()
    release()
    expect(await early).toBe('401 key-unknown')
    expect(await api.verdict(api.by(keys[1]))).toBe('200')
  })

  it('answers 503 until the platform can be asked', async () => {
    const api = await started()
    await api.good()
    api.fail(outage)
    api.verifier.purgeKeys()
    expect(await api.good()).toBe('503 keys status')
    api.recover()
    api.wait(1_000)
    expect(await api.good()).toBe('200')
  })
})

describe('a clock that jumps', () => {
  it('T25 backwards or forwards stops no refresh and no recovery', async () => {
    const api = await started()
    await api.good()
    api.publish(keys[0], keys[1])
    api.wait(-3 * hour)
    expect(await api.good()).toBe('200')
    await api.settled()
    expect(await api.verdict(api.by(keys[1]))).toBe('200')
    api.fail(outage)
    api.wait(30 * 24 * hour)
    expect(await api.good()).toBe('503 keys status')
    api.recover()
    api.wait(-30 * 24 * hour)
    expect(await api.good()).toBe('200')
  })
})

it('a listener that throws changes no verdict', async () => {
  const api = await started()
  Object.defineProperty(api.events, 'push', {
    value: () => {
      throw new Error('the listener failed')
    },
  })
  expect(await api.good()).toBe('200')
})
