import {
  constants,
  createHash,
  createHmac,
  createSign,
  generateKeyPairSync,
  privateEncrypt,
  sign,
  type KeyObject,
} from 'node:crypto'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { guardedApi, ids, type GuardedApi } from '../support/guard.js'
import { encoded, signedBy, signingKey } from '../support/key-server.js'
import { pkcs1Mutations } from '../support/pkcs1-mutations.js'
import { memories } from '../support/warm-memory.js'

describe.each(memories)('the signature of an access token, memory %s', (memory) => {
  let api: GuardedApi
  beforeAll(async () => {
    api = await guardedApi({ memory })
    expect(await api.verdict(api.token(api.user()))).toBe('200')
  })
  afterAll(() => api.stop())

  const input = (header: Record<string, unknown> = {}) =>
    `${encoded({ typ: 'JWT', alg: 'RS256', kid: api.key.kid, ...header })}.${encoded(api.user())}`
  const withSignature = (text: string, signature: Buffer) => `${text}.${encoded(signature)}`

  it('G21 an HMAC over any form of the public key is refused', async () => {
    const { publicKey, jwk, kid } = api.key
    const spki = publicKey.export({ type: 'spki', format: 'pem' }).toString()
    const secrets = [
      spki,
      spki.replaceAll('\n', '\r\n'),
      spki.trimEnd(),
      publicKey.export({ type: 'pkcs1', format: 'pem' }).toString(),
      publicKey.export({ type: 'spki', format: 'der' }),
      JSON.stringify(jwk),
      String(jwk['n']),
      Buffer.from(String(jwk['n']), 'base64url'),
      kid,
      '',
      '\0',
    ]
    for (const bits of ['256', '384', '512']) {
      for (const secret of secrets) {
        for (const alg of [`HS${bits}`, 'RS256']) {
          const text = input({ alg })
          const forged = withSignature(text, createHmac(`sha${bits}`, secret).update(text).digest())
          expect(await api.verdict(forged)).toMatch(/^401 (algorithm|signature)$/)
        }
      }
    }
  })

  it('G22 a symmetric key in the key document signs nothing', async () => {
    const own = await guardedApi({ memory })
    const secret = Buffer.alloc(32, 7)
    own.server.keys['2.0'].push({
      kty: 'oct',
      kid: 'shared',
      k: encoded(secret),
      issuer: `${own.server.origin}/{tenantid}/v2.0`,
    })
    for (const alg of ['HS256', 'RS256']) {
      const text = `${encoded({ alg, kid: 'shared' })}.${encoded(own.user())}`
      const forged = withSignature(text, createHmac('sha256', secret).update(text).digest())
      expect(await own.verdict(forged)).toMatch(/^401 (algorithm|key-unknown)$/)
    }
    expect(await own.verdict(own.token(own.user()))).toBe('200')
    await own.stop()
  })

  const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 }
  it('G23 G26 another algorithm is refused, even by a published key', async () => {
    const elliptic = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const edwards = generateKeyPairSync('ed25519')
    const { privateKey } = api.key
    const by: [string, (text: Buffer) => Buffer][] = [
      ['RS384', (text) => sign('sha384', text, privateKey)],
      ['RS512', (text) => sign('sha512', text, privateKey)],
      ['PS256', (text) => sign('sha256', text, { key: privateKey, ...pss })],
      [
        'ES256',
        (text) => sign('sha256', text, { key: elliptic.privateKey, dsaEncoding: 'ieee-p1363' }),
      ],
      ['ES256', () => Buffer.alloc(64)],
      ['EdDSA', (text) => sign(null, text, edwards.privateKey)],
      ['Ed25519', (text) => sign(null, text, edwards.privateKey)],
    ]
    for (const [alg, signature] of by) {
      const text = input({ alg })
      expect(await api.verdict(withSignature(text, signature(Buffer.from(text))))).toBe(
        '401 algorithm',
      )
      const posing = input()
      expect(await api.verdict(withSignature(posing, signature(Buffer.from(posing))))).toBe(
        '401 signature',
      )
    }
  })

  it('G24 RS256 by name with another padding, digest or input is refused', async () => {
    const { privateKey } = api.key
    const text = Buffer.from(input())
    const raw = (block: Buffer) =>
      privateEncrypt({ key: privateKey, padding: constants.RSA_NO_PADDING }, block)
    const digest = createHash('sha256').update(text).digest()
    const signatures = [
      sign('sha256', text, { key: privateKey, ...pss }),
      sign('sha1', text, privateKey),
      sign('md5', text, privateKey),
      sign('sha512', text, privateKey),
      raw(Buffer.concat([Buffer.alloc(224), digest])),
      privateEncrypt({ key: privateKey, padding: constants.RSA_PKCS1_PADDING }, digest),
      createSign('RSA-SHA256').update(encoded(api.user())).sign(privateKey),
      createSign('RSA-SHA256').update(text.toString().replace('.', '')).sign(privateKey),
    ]
    for (const signature of signatures) {
      expect(await api.verdict(withSignature(text.toString(), signature))).toBe('401 signature')
    }
  })

  it('G25 every mutation of the PKCS#1 padding is refused', async () => {
    const text = input()
    const digest = createHash('sha256').update(text).digest()
    const { proper, mutations } = pkcs1Mutations(digest, 256)
    const raw = (block: Buffer) =>
      privateEncrypt({ key: api.key.privateKey, padding: constants.RSA_NO_PADDING }, block)
    expect(await api.verdict(withSignature(text, raw(proper)))).toBe('200')
    expect(mutations.length).toBeGreaterThanOrEqual(213)
    for (const [title, block] of mutations) {
      expect([title, await api.verdict(withSignature(text, raw(block)))]).toEqual([
        title,
        '401 signature',
      ])
    }
  })

  it('G27 constant and misshapen signatures are refused', async () => {
    const modulus = Buffer.from(String(api.key.jwk['n']), 'base64url')
    const less = Buffer.from(modulus)
    less.writeUInt8(less.readUInt8(255) - 1, 255)
    const one = Buffer.alloc(256)
    one.writeUInt8(1, 255)
    const good = createSign('RSA-SHA256').update(input()).sign(api.key.privateKey)
    for (const signature of [
      Buffer.alloc(256),
      one,
      less,
      modulus,
      Buffer.alloc(1),
      Buffer.alloc(255, 1),
      Buffer.alloc(257, 1),
      Buffer.alloc(5000, 0xff),
      good.subarray(1),
      Buffer.concat([Buffer.alloc(1), good]),
      Buffer.concat([good, Buffer.alloc(1)]),
    ]) {
      expect(await api.verdict(withSignature(input(), signature))).toBe('401 signature')
    }
  })

  it('G25 every single bit of a signature, its input and its payload counts', async () => {
    const good = api.token(api.user())
    for (let position = 0; position < good.length; position += 7) {
      const swapped = good[position] === 'A' ? 'B' : 'A'
      if (good[position] === '.') continue
      const changed = good.slice(0, position) + swapped + good.slice(position + 1)
      expect(await api.verdict(changed)).toMatch(/^401 /)
    }
  })

  it('G31 a key that the token brings along is not looked at', async () => {
    const own = signingKey()
    for (const jwk of [own.jwk, own.privateKey.export({ format: 'jwk' })]) {
      expect(await api.verdict(signedBy(own, api.user(), { jwk }))).toBe('401 key-unknown')
      expect(await api.verdict(signedBy(own, api.user(), { jwk, kid: api.key.kid }))).toBe(
        '401 signature',
      )
    }
  })

  it('G32 G34 no address in a token is ever visited', async () => {
    let connections = 0
    const trap = createServer(() => (connections += 1))
    await new Promise<void>((resolve) => trap.listen(0, 'localhost', resolve))
    const origin = `http://localhost:${String((trap.address() as AddressInfo).port)}`
    const own = signingKey()
    for (const header of [
      { jku: `${origin}/keys` },
      { x5u: `${origin}/cert` },
      { jku: `${origin}/keys`, kid: api.key.kid },
    ]) {
      expect(await api.verdict(signedBy(own, api.user(), header))).toMatch(
        /^401 (key-unknown|signature)$/,
      )
    }
    for (const iss of [origin, `${origin}/${ids.contoso}/v2.0`, `${origin}/${ids.contoso}/`]) {
      expect(await api.verdict(signedBy(own, api.user({ iss })))).toBe('401 issuer')
      expect(await api.verdict(api.token(api.user({ iss })))).toBe('401 issuer')
    }
    expect(connections).toBe(0)
    await new Promise((resolve) => trap.close(resolve))
  })

  it('G33 a certificate in the token, or a thumbprint without key id, chooses no key', async () => {
    const own = signingKey()
    expect(await api.verdict(signedBy(own, api.user(), { x5c: ['MIIB'] }))).toBe('401 key-unknown')
    expect(await api.verdict(signedBy(own, api.user(), { x5t: api.key.kid }))).toBe(
      '401 key-unknown',
    )
    expect(await api.verdict(signedBy(own, api.user(), { x5t: api.key.kid, kid: undefined }))).toBe(
      '401 key-id',
    )
  })
})

describe('the published keys', () => {
  const good = signingKey()
  const small = signingKey({}, 1024)
  const others = {
    encryption: signingKey({ use: 'enc' }),
    operations: signingKey({ key_ops: ['encrypt'] }),
    algorithm: signingKey({ alg: 'PS256' }),
    small,
    exponent: signingKey({ e: 'AQ' }),
    even: signingKey({ e: 'Ag' }),
    typed: signingKey({ kty: 'rsa' }),
    nameless: signingKey({ kid: undefined }),
    named: signingKey({ kid: 'x'.repeat(300) }),
    modulus: signingKey({ n: '!!!' }),
    issuer: signingKey({ issuer: 7 }),
  }

  it.each(Object.keys(others) as (keyof typeof others)[])(
    'G35 a key that is not fit for signatures verifies nothing and disturbs nothing: %s',
    async (name) => {
      const api = await guardedApi({ keys: [good, others[name]] })
      api.server.keys['2.0'].unshift(
        { kty: 'EC', kid: 'ec', crv: 'P-256', x: 'AA' },
        { kty: 'new' },
        null,
        7,
        [],
        'key',
      )
      const { kid: published } = others[name].jwk
      const kid = typeof published === 'string' ? published : others[name].kid
      expect(await api.verdict(signedBy({ ...others[name], kid }, api.user()))).toMatch(
        /^401 key-(unknown|id)$/,
      )
      expect(await api.verdict(api.token(api.user()))).toBe('200')
      await api.stop()
    },
  )

  it('G35 a key may say that it verifies signatures with RS256', async () => {
    const api = await guardedApi({
      keys: [signingKey({ key_ops: ['verify'], alg: 'RS256', use: undefined })],
    })
    expect(await api.verdict(api.token(api.user()))).toBe('200')
    await api.stop()
  })

  it("G36 a key of another tenant's or of personal accounts signs for nobody else", async () => {
    const consumer = signingKey()
    const foreign = signingKey()
    const api = await guardedApi({
      keys: [good, consumer, foreign],
      tenant: 'common',
      tenants: 'any',
    })
    const { origin } = api.server
    const [, personalKey, foreignKey] = api.server.keys['2.0'] as { issuer: string }[]
    if (personalKey === undefined || foreignKey === undefined) throw new Error('three keys')
    personalKey.issuer = `${origin}/${ids.personal}/v2.0`
    foreignKey.issuer = `${origin}/${ids.fabrikam}/v2.0`
    const personal = { iss: `${origin}/${ids.personal}/v2.0`, tid: ids.personal }
    const fabrikam = { iss: `${origin}/${ids.fabrikam}/v2.0`, tid: ids.fabrikam }
    expect(await api.verdict(signedBy(consumer, api.user()))).toBe('401 key-issuer')
    expect(await api.verdict(signedBy(foreign, api.user()))).toBe('401 key-issuer')
    expect(await api.verdict(signedBy(consumer, api.user(fabrikam)))).toBe('401 key-issuer')
    expect(await api.verdict(signedBy(foreign, api.user(personal)))).toBe('401 key-issuer')
    expect(await api.verdict(signedBy(consumer, api.user(personal)))).toBe('200')
    expect(await api.verdict(signedBy(foreign, api.user(fabrikam)))).toBe('200')
    await api.stop()
  })

  it('G36 the placeholder of a key issuer is filled whatever its case', async () => {
    const api = await guardedApi()
    const [key] = api.server.keys['2.0'] as { issuer: string }[]
    if (key === undefined) throw new Error('one key')
    key.issuer = `${api.server.origin}/{TenantId}/v2.0`
    expect(await api.verdict(api.token(api.user()))).toBe('200')
    await api.stop()
  })

  it('G37 a key of another cloud is refused', async () => {
    const api = await guardedApi({
      keys: [
        signingKey({ cloud_instance_name: 'microsoftonline.us' }),
        signingKey({ cloud_instance_name: 'microsoftonline.com' }),
      ],
    })
    expect(await api.verdict(api.token(api.user()))).toBe('401 key-issuer')
    const second = api.server.keys['2.0'][1] as { kid: string }
    expect(await api.verdict(api.token(api.user(), { kid: second.kid }))).toBe('401 signature')
    await api.stop()
  })

  it('G38 both of two keys with one id are tried', async () => {
    const first = signingKey({ kid: 'twin' })
    const second = signingKey({ kid: 'twin' })
    const api = await guardedApi({ keys: [first, second] })
    expect(await api.verdict(signedBy(first, api.user(), { kid: 'twin' }))).toBe('200')
    expect(await api.verdict(signedBy(second, api.user(), { kid: 'twin' }))).toBe('200')
    expect(await api.verdict(signedBy(signingKey(), api.user(), { kid: 'twin' }))).toBe(
      '401 signature',
    )
    await api.stop()
  })

  it('keeps only the public part of a key that was published with its private one', async () => {
    const key = signingKey()
    const leaked: KeyObject = key.privateKey
    const api = await guardedApi({
      keys: [{ ...key, jwk: { ...leaked.export({ format: 'jwk' }), kid: key.kid, use: 'sig' } }],
    })
    expect(await api.verdict(api.token(api.user()))).toBe('200')
    await api.stop()
  })
})
