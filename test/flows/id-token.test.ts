import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { createHmac } from 'node:crypto'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { startEmulator, type Emulator } from 'entrada/emulator'
import { createUserAgent, signIn } from '../support/user-agent.js'
import { ada } from './arrival.js'
import { tamperingFetch, withClaims, withIssuers } from './tampering.js'
import {
  adaId,
  consentedDirectory,
  contosoId,
  fabrikamId,
  startConsentedEmulator,
  startWebApp,
  webAppId,
  type WebAppOptions,
} from './web-app.js'

let emulator: Emulator

beforeAll(async () => {
  emulator = await startConsentedEmulator()
})
afterAll(() => emulator.stop())
afterEach(() => emulator.faults.clear())

/** Signs in and tells how it ended, and whether anybody is signed in afterwards. */
async function outcome(options: WebAppOptions) {
  const app = await startWebApp(emulator, options)
  try {
    const agent = createUserAgent()
    const page = await signIn(agent, `${app.origin}/private`, ada)
    const isSignedIn = (await agent.get(`${app.origin}/`)).html !== '{"name":null}'
    return { status: page.status, isSignedIn, page }
  } finally {
    await app.stop()
  }
}

async function expectNoSession(send: typeof fetch, statuses: readonly number[] = [400]) {
  const { status, isSignedIn, page } = await outcome({ fetch: send })
  expect(isSignedIn).toBe(false)
  expect(statuses).toContain(status)
  expect(page.html).not.toMatch(/eyJ|stack|node_modules|invalid_client|secret/i)
}

describe('an ID token that is not right', () => {
  it('signs in when it is left as it was', async () => {
    expect(await outcome({ fetch: withClaims(emulator, {}) })).toMatchObject({
      status: 200,
      isSignedIn: true,
    })
  })

  const wrong: Record<string, Record<string, unknown>> = {
    'L20 without a nonce': { nonce: undefined },
    'L20 with the nonce of another sign-in': { nonce: 'another' },
    'L20 with a list of nonces': { nonce: ['another'] },
    'L21 of another issuer': { iss: 'https://evil.example/v2.0' },
    'L21 of another tenant': { iss: `https://login.microsoftonline.com/${fabrikamId}/v2.0` },
    'L21 of the template': { iss: 'https://login.microsoftonline.com/{tenantid}/v2.0' },
    'L21 without an issuer': { iss: undefined },
    'L22 for another audience': { aud: '00000003-0000-0000-c000-000000000000' },
    'L22 without an audience': { aud: undefined },
    'L22 for two audiences without azp': {
      aud: [webAppId, '00000003-0000-0000-c000-000000000000'],
    },
    'L22 issued to another client': { azp: '00000003-0000-0000-c000-000000000000' },
    'L23 without exp': { exp: undefined },
    'L23 with exp in the past': { exp: 1_000_000_000 },
    'L23 with exp as text': { exp: 'tomorrow' },
    'L23 without iat': { iat: undefined },
    'L23 with iat as text': { iat: 'yesterday' },
    'L23 without sub': { sub: undefined },
    'L23 with a number as sub': { sub: 7 },
    'L23 with nbf in the future': { nbf: 4_000_000_000 },
    'L25 whose tid is not the tenant of its issuer': { tid: fabrikamId },
    'L25 without tid': { tid: undefined },
    'L25 whose tid is no GUID': { tid: 'common' },
    'L26 with the hash of another access token': { at_hash: 'Q1xYw0VhX2hhc2hfZml4dA' },
    'L26 with the hash of another code': { c_hash: 'Q1xYw0VhX2hhc2hfZml4dA' },
    'without oid': { oid: undefined },
  }
  for (const [title, claims] of Object.entries(wrong)) {
    it(`${title}: no session`, () => expectNoSession(withClaims(emulator, claims)))
  }

  it('L24 unsigned, or signed with the client secret, another key, or changed afterwards: no session', async () => {
    const { privateKey, publicKey } = await generateKeyPair('RS256')
    const { kid } = emulator.keys.current()
    const forged = (make: (token: string) => Promise<string> | string) =>
      tamperingFetch(async (body) => ({ ...body, id_token: await make(String(body['id_token'])) }))
    const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const hmac = (text: string, key: string) =>
      createHmac('sha256', key).update(text).digest('base64url')
    const payloadOf = (token: string) => token.split('.')[1] ?? ''
    const jwk = await exportJWK(publicKey)
    const forgeries: ((token: string) => Promise<string> | string)[] = [
      (token) => `${encoded({ alg: 'none' })}.${payloadOf(token)}.`,
      (token) => {
        const signed = `${encoded({ alg: 'HS256', kid })}.${payloadOf(token)}`
        return `${signed}.${hmac(signed, 'web-app-secret-for-the-emulator-only')}`
      },
      (token) =>
        new SignJWT(
          JSON.parse(Buffer.from(payloadOf(token), 'base64url').toString()) as Record<
            string,
            unknown
          >,
        )
          .setProtectedHeader({ alg: 'RS256', kid, jwk })
          .sign(privateKey),
      (token) => token.replace(/.{8}$/, 'AAAAAAAA'),
      (token) => `${token.split('.')[0]}.${encoded({ sub: 'x' })}.${token.split('.')[2]}`,
      () => 'not.a.jwt',
      () => '',
    ]
    for (const make of forgeries) await expectNoSession(forged(make))
  })

  it('L24 with a critical header or a key that is not published: no session', async () => {
    await expectNoSession(withClaims(emulator, {}, { header: { crit: ['x'], x: 1 } }))
    await expectNoSession(withClaims(emulator, {}, { header: { kid: 'unknown' } }))
  })

  it('L24 G36 signed with the key of personal accounts: no session', () =>
    expectNoSession(withClaims(emulator, {}, { family: 'personal' })))
})

describe('a tenant that is not wanted', () => {
  it('L25 is refused in words of its own, and nobody is signed in', async () => {
    const { status, isSignedIn, page } = await outcome({
      tenant: 'organizations',
      tenants: [fabrikamId],
    })
    expect([status, isSignedIn]).toEqual([403, false])
    expect(page.html).toContain('Another organization')
  })

  it('lets in the tenants that the policy names, with common and organizations on any host', async () => {
    for (const tenant of ['common', 'organizations']) {
      const { status, isSignedIn, page } = await outcome({ tenant, tenants: [contosoId] })
      expect([tenant, status, isSignedIn]).toEqual([tenant, 200, true])
      expect(page.html).toContain(adaId)
    }
    expect(await outcome({ tenant: 'common', tenants: (id) => id === contosoId })).toMatchObject({
      status: 200,
    })
    expect(await outcome({ tenant: 'common', tenants: () => false })).toMatchObject({ status: 403 })
  })

  it('takes a domain for a tenant', async () => {
    expect(await outcome({ tenant: 'contoso.onmicrosoft.com' })).toMatchObject({
      status: 200,
      isSignedIn: true,
    })
  })
})

describe('a token endpoint in trouble', () => {
  it('L29 with an error or nonsense: no session, 4xx, 502 or 503', async () => {
    const troubles: Parameters<Emulator['faults']['set']>[0][] = [
      { endpoint: 'token', kind: 'status', status: 500, body: 'oops' },
      {
        endpoint: 'token',
        kind: 'status',
        status: 429,
        retryAfter: 7,
        body: { error: 'temporarily_unavailable' },
      },
      {
        endpoint: 'token',
        kind: 'status',
        status: 401,
        body: { error: 'invalid_client', error_codes: [7000215] },
      },
      { endpoint: 'token', kind: 'status', status: 307, body: '' },
      { endpoint: 'token', kind: 'garbage' },
      { endpoint: 'token', kind: 'reset' },
    ]
    for (const fault of troubles) {
      emulator.faults.set(fault)
      const { status, isSignedIn, page } = await outcome({})
      emulator.faults.clear()
      expect([fault, isSignedIn]).toEqual([fault, false])
      expect([500, 503]).toContain(status)
      expect(page.html).not.toMatch(/oops|invalid_client|secret/i)
    }
  })

  it('L29 a redirect is not followed with the secret', async () => {
    const asked: string[] = []
    const send: typeof fetch = async (input, init) => {
      const url = input instanceof Request ? input.url : String(input)
      asked.push(url)
      if (!url.endsWith('/token')) return fetch(input, init)
      expect(init?.redirect).toBe('manual')
      return new Response(null, {
        status: 307,
        headers: { location: 'https://evil.example/token' },
      })
    }
    const { isSignedIn } = await outcome({ fetch: send })
    expect(isSignedIn).toBe(false)
    expect(asked.filter((url) => url.includes('evil'))).toEqual([])
  })

  it('L29 3 MB, an array, null and text are no answer', async () => {
    const bodies = [`{"x":"${'a'.repeat(3_000_000)}"}`, '[]', 'null', '"text"', '{"id_token":', '']
    for (const body of bodies) {
      const send = tamperingFetch(() =>
        Promise.resolve(new Response(body, { headers: { 'content-type': 'application/json' } })),
      )
      const { status, isSignedIn } = await outcome({ fetch: send })
      expect([body.slice(0, 20), isSignedIn]).toEqual([body.slice(0, 20), false])
      expect([400, 503]).toContain(status)
    }
  })

  it('L30 without token_type, id_token or access_token: no session', async () => {
    for (const name of ['token_type', 'id_token', 'access_token']) {
      await expectNoSession(
        tamperingFetch((body) => Promise.resolve({ ...body, [name]: undefined })),
      )
    }
  })

  it('L30 with an odd lifetime: no session, or one whose token counts as expired', async () => {
    for (const value of ['soon', -1]) {
      await expectNoSession(
        tamperingFetch((body) => Promise.resolve({ ...body, expires_in: value })),
      )
    }
    const endless = tamperingFetch((body) => Promise.resolve({ ...body, expires_in: 1e12 }))
    expect(await outcome({ fetch: endless })).toMatchObject({ status: 200 })
    const silent = tamperingFetch((body) => Promise.resolve({ ...body, expires_in: undefined }))
    expect(await outcome({ fetch: silent })).toMatchObject({ status: 200 })
  })

  it('N11 keys that cannot be fetched are 503, not a refusal', async () => {
    emulator.faults.set({ endpoint: 'keys', kind: 'status', status: 500 })
    expect(await outcome({})).toMatchObject({ status: 503, isSignedIn: false })
  })
})

describe('clocks', () => {
  it('L38 G53 that differ by five minutes sign in, by more they do not', async () => {
    const at = (minutes: number) => outcome({ clock: () => Date.now() + minutes * 60_000 })
    expect(await at(4)).toMatchObject({ status: 200, isSignedIn: true })
    expect(await at(-4)).toMatchObject({ status: 200, isSignedIn: true })
    expect(await at(-30)).toMatchObject({ status: 400, isSignedIn: false })
  })
})

describe('identity', () => {
  it('L31 R21 the same e-mail in another tenant is another user', async () => {
    const member = await outcome({ tenant: 'organizations', tenants: 'any' })
    const guest = await outcome({ tenant: fabrikamId, signIn: {} })
    const accountOf = (html: string) =>
      (JSON.parse(html) as { account: Record<string, string> }).account
    if (guest.status !== 200) throw new Error(guest.page.html)
    const [one, two] = [accountOf(member.page.html), accountOf(guest.page.html)]
    expect(one['username']).toBe(two['username'])
    expect([one['tenantId'], one['objectId']]).toEqual([contosoId, adaId])
    expect([two['tenantId'], two['objectId']]).toEqual([
      fabrikamId,
      'c7d94e0a-2b58-4f16-8d3c-91a0e6b5f27d',
    ])
    expect(two['homeAccountId']).toBe(one['homeAccountId'])
  })

  it('R21 R22 e-mail, name and user name may all be missing', async () => {
    const bare = withClaims(emulator, {
      email: undefined,
      name: undefined,
      preferred_username: undefined,
      sid: undefined,
      login_hint: undefined,
    })
    const { status, page } = await outcome({ fetch: bare })
    expect(status).toBe(200)
    const { account } = JSON.parse(page.html) as { account: Record<string, unknown> }
    expect(account).toMatchObject({ tenantId: contosoId, objectId: adaId })
    for (const name of ['email', 'name', 'username']) expect(account[name]).toBeUndefined()
  })

  it('R21 values of another type are as good as missing', async () => {
    const odd = withClaims(emulator, { email: ['a'], name: { x: 1 }, preferred_username: 7 })
    const { page } = await outcome({ fetch: odd })
    const { account } = JSON.parse(page.html) as { account: Record<string, unknown> }
    for (const name of ['email', 'name', 'username']) expect(account[name]).toBeUndefined()
  })
})

describe('a national cloud', () => {
  it('signs in through organizations, whose issuer is known only from the answer', async () => {
    const publicOrigin = 'https://login.microsoftonline.us'
    const cloud = await startEmulator(consentedDirectory(), { publicOrigin })
    const { send, issuers } = withIssuers((input, init) => {
      const url = input instanceof Request ? input.url : String(input)
      return fetch(url.replace(publicOrigin, cloud.listening), init)
    })
    const app = await startWebApp(cloud, {
      tenant: 'organizations',
      tenants: [contosoId],
      fetch: send,
      signIn: {},
    })
    try {
      const agent = createUserAgent({ map: { 'login.microsoftonline.us': cloud.listening } })
      const page = await signIn(agent, `${app.origin}/private`, ada)
      expect(page.html).toContain(adaId)
      expect(issuers).toEqual([`${publicOrigin}/${contosoId}/v2.0`])
    } finally {
      await app.stop()
      await cloud.stop()
    }
  })
})
