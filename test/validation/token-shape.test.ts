import { createCipheriv, publicEncrypt, randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { guardedApi, type GuardedApi } from '../support/guard.js'
import { encoded, signedRaw } from '../support/key-server.js'
import { memories } from '../support/warm-memory.js'

describe.each(memories)('the shape of an access token, memory %s', (memory) => {
  let api: GuardedApi
  let good: string
  let header: string
  let payload: string
  let signature: string

  beforeAll(async () => {
    api = await guardedApi({ memory })
    good = api.token(api.user())
    ;[header = '', payload = '', signature = ''] = good.split('.')
    expect(await api.verdict(good)).toBe('200')
  })
  afterAll(() => api.stop())

  /** Signed by the platform's own key, so that only the shape can be at fault. */
  const signed = (head: string | Buffer, body: string | Buffer) =>
    signedRaw(api.key.privateKey, encoded(head), encoded(body))
  const goodHeader = (changes: Record<string, unknown> = {}) =>
    JSON.stringify({ typ: 'JWT', alg: 'RS256', kid: api.key.kid, ...changes })

  /** The next good token is let in all the same. */
  async function refusedAlone(token: string): Promise<void> {
    expect(await api.verdict(token)).toMatch(/^401 /)
    expect(await api.verdict(good)).toBe('200')
  }

  it.each([
    '.',
    '..',
    'a.b.c',
    'null',
    '{}',
    '${jndi:ldap://trap.example/a}',
    "' OR 1=1 --",
    'A'.repeat(14_000),
    '.'.repeat(10_000),
    '',
  ])('G08 text that is no token is refused, never a crash: %.40s', (text) => refusedAlone(text))

  it('G09 a token beyond every header limit is refused before it is taken apart', async () => {
    expect(await api.verdict(`${header}.${'A'.repeat(100_000)}.${signature}`)).toBe('401 too-large')
    await refusedAlone('A'.repeat(40_000))
  })

  it('G10 one, two, four or five parts, or an empty part, are refused', async () => {
    for (const token of [
      header,
      `${header}.${payload}`,
      `${good}.`,
      `${good}.${signature}`,
      `${good}.a.b`,
      `.${payload}.${signature}`,
      `${header}..${signature}`,
      `${header}.${payload}.`,
    ]) {
      expect(await api.verdict(token)).toBe('401 not-a-jwt')
    }
  })

  it.each(['=', '==', '+', '/', '!', '%41', ' ', '\n', '\u0000', 'é'])(
    'G11 a part with %j in it is refused',
    async (character) => {
      expect(await api.verdict(`${header}${character}.${payload}.${signature}`)).toBe(
        '401 not-a-jwt',
      )
      expect(await api.verdict(`${header}.${payload}${character}.${signature}`)).toBe(
        '401 not-a-jwt',
      )
      expect(await api.verdict(`${header}.${payload}.${signature}${character}`)).toBe(
        '401 not-a-jwt',
      )
    },
  )

  it.each([' ', '\t', '\n', '\f', '\r', '=', '+', '/'])(
    'G11 any number of %j, in any place of a part that was signed with them, is refused',
    async (character) => {
      const { privateKey } = api.key
      for (const pad of ['', 'a', 'ab']) {
        const head = encoded(goodHeader({ pad }))
        const body = encoded(JSON.stringify(api.user({ pad })))
        expect(await api.verdict(signedRaw(privateKey, head, body))).toBe('200')
        for (const count of [1, 2, 3, 4]) {
          for (const at of [0, 7, body.length - 2, body.length]) {
            const inHead = withInside(head, Math.min(at, head.length), character.repeat(count))
            const inBody = withInside(body, at, character.repeat(count))
            expect(await api.verdict(signedRaw(privateKey, inHead, body))).toBe('401 not-a-jwt')
            expect(await api.verdict(signedRaw(privateKey, head, inBody))).toBe('401 not-a-jwt')
          }
        }
      }
    },
  )

  it('G11 the other base64 alphabet is refused, although it stands for the same bytes', async () => {
    const pad = '>>>???'.repeat(3)
    const head = encoded(goodHeader({ pad }))
    const body = encoded(JSON.stringify(api.user({ pad })))
    const send = (one: string, two: string) => api.verdict(signedRaw(api.key.privateKey, one, two))
    expect(await send(head, body)).toBe('200')
    for (const [from, to] of [
      ['-', '+'],
      ['_', '/'],
    ] as const) {
      expect(await send(head.replace(from, to), body)).toBe('401 not-a-jwt')
      expect(await send(head, body.replace(from, to))).toBe('401 not-a-jwt')
    }
  })

  it('G11 G12 a second spelling of the same bytes is refused, so that one token has one text', async () => {
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    for (const text of [
      JSON.stringify(api.user({ pad: '' })),
      JSON.stringify(api.user({ pad: 'a' })),
      JSON.stringify(api.user({ pad: 'ab' })),
    ]) {
      const token = signed(goodHeader(), text)
      const [head = '', body = '', mac = ''] = token.split('.')
      expect(await api.verdict(token)).toBe('200')
      for (const [before, part, after] of [
        [`${head}.`, body, `.${mac}`],
        [`${head}.${body}.`, mac, ''],
      ] as const) {
        const same = Buffer.from(part, 'base64url')
        for (const last of alphabet) {
          const other = part.slice(0, -1) + last
          if (other === part || !Buffer.from(other, 'base64url').equals(same)) continue
          expect(await api.verdict(before + other + after)).toBe('401 not-a-jwt')
        }
      }
    }
  })

  const notObjects: [string, string | Buffer][] = [
    ['an array', '[]'],
    ['null', 'null'],
    ['a string', '"a"'],
    ['a string that holds JSON', JSON.stringify('{"alg":"RS256"}')],
    ['a number', '1'],
    ['not JSON', '{alg:RS256}'],
    ['two objects', '{}{}'],
    ['invalid UTF-8', Buffer.from('7b22616c67223a22ff227d', 'hex')],
    ['a byte order mark', '\ufeff{}'],
  ]
  it.each(notObjects)('G13 a header that is %s is refused', async (_title, text) => {
    await refusedAlone(signed(text, JSON.stringify(api.user())))
  })
  it.each(notObjects)('G14 a payload that is %s is refused', async (_title, text) => {
    await refusedAlone(signed(goodHeader(), text))
  })

  it('G14 claims nested 4,500 deep are refused', async () => {
    const deep = `${'{"a":'.repeat(4500)}1${'}'.repeat(4500)}`
    await refusedAlone(
      signed(goodHeader(), JSON.stringify(api.user()).replace('{', `{"deep":${deep},`)),
    )
    await refusedAlone(signed(goodHeader(), '['.repeat(30_000)))
  })

  it('G15 an unencoded payload, JSON serialization and nesting are refused', async () => {
    const claims = JSON.stringify(api.user())
    await refusedAlone(signed(goodHeader({ b64: false, crit: ['b64'] }), claims))
    await refusedAlone(signed(goodHeader({ b64: false }), claims))
    await refusedAlone(signed(goodHeader({ b64: true }), claims))
    await refusedAlone(JSON.stringify({ payload, protected: header, signature }))
    await refusedAlone(JSON.stringify({ payload, signatures: [{ protected: header, signature }] }))
    await refusedAlone(signed(goodHeader({ cty: 'JWT' }), good))
    await refusedAlone(signed(goodHeader({ cty: 'JWT' }), claims))
  })

  it('G16 encrypted tokens are refused without an attempt to decrypt', async () => {
    const key = randomBytes(32)
    const cipher = createCipheriv('aes-256-gcm', key, randomBytes(12))
    const content = Buffer.concat([cipher.update(good), cipher.final()])
    const encryptedKey = publicEncrypt(api.key.publicKey, key)
    const jwe = (head: Record<string, unknown>) =>
      [
        encoded(head),
        encoded(encryptedKey),
        encoded(randomBytes(12)),
        encoded(content),
        encoded(cipher.getAuthTag()),
      ].join('.')
    await refusedAlone(jwe({ alg: 'RSA-OAEP', enc: 'A256GCM', cty: 'JWT', kid: api.key.kid }))
    await refusedAlone(jwe({ alg: 'PBES2-HS256+A128KW', enc: 'A256GCM', p2c: 2 ** 31 }))
    await refusedAlone(jwe({ alg: 'dir', enc: 'A256GCM', zip: 'DEF' }))
    await refusedAlone(signed(goodHeader({ zip: 'DEF' }), JSON.stringify(api.user())))
    await refusedAlone(signed(goodHeader({ enc: 'A256GCM' }), JSON.stringify(api.user())))
  })

  it('G17 of two members of one name the last one decides, everywhere', async () => {
    const claims = JSON.stringify(api.user())
    const twice = (name: string, value: unknown) =>
      claims.replace(/}$/, `,"${name}":${JSON.stringify(value)}}`)
    expect(await api.verdict(signed(goodHeader(), twice('aud', 'api://someone-else')))).toBe(
      '401 audience',
    )
    expect(await api.verdict(signed(goodHeader(), twice('iss', 'https://trap.example/')))).toBe(
      '401 issuer',
    )
    expect(
      await api.verdict(signed(goodHeader(), twice('tid', 'b24f6c1e-93d7-4f0a-9a55-6e1c7d20f8e4'))),
    ).toBe('401 tenant')
    expect(await api.verdict(signed(goodHeader().replace(/}$/, ',"alg":"none"}'), claims))).toBe(
      '401 algorithm',
    )
    const caller = await api.validator.verify(signed(goodHeader(), twice('scp', 'Other.Scope')))
    expect(caller).toMatchObject({ scopes: ['Other.Scope'], claims: { scp: 'Other.Scope' } })
  })

  it('G18 members named like the prototype carry nothing and change nothing', async () => {
    const without = api.user({ scp: undefined })
    const smuggled = JSON.stringify(without).replace(
      '{',
      '{"__proto__":{"scp":"Tasks.Read","roles":["Tasks.Read.All"],"idtyp":"user"},',
    )
    expect(await api.verdict(signed(goodHeader(), smuggled))).toBe('401 kind-unclear')
    const constructed = api.user({
      scp: undefined,
      constructor: { prototype: { scp: 'Tasks.Read' } },
    })
    expect(await api.verdict(api.token(constructed))).toBe('401 kind-unclear')
    const head = goodHeader()
      .replace('"alg":"RS256",', '')
      .replace('{', '{"__proto__":{"alg":"RS256"},')
    expect(await api.verdict(signed(head, JSON.stringify(api.user())))).toBe('401 algorithm')
    expect(Object.hasOwn(Object.prototype, 'scp')).toBe(false)
    const kept = await api.validator.verify(
      signed(
        goodHeader(),
        JSON.stringify(api.user()).replace('{', '{"__proto__":{"roles":["Tasks.Admin"]},'),
      ),
    )
    expect(Object.hasOwn(kept.claims, '__proto__')).toBe(false)
    expect(Object.assign({}, kept.claims).roles).toBeUndefined()
  })

  it.each(['RS256\r\nX-Evil: 1', 'RS256\u0000', '\u2028', '令牌', '"\\"', 'A'.repeat(5000)])(
    'G19 an unsigned token with the alg or kid of case %# is refused with constant text',
    async (text) => {
      for (const head of [
        { alg: text, kid: 'a' },
        { alg: 'RS256', kid: text },
        { alg: 'none', kid: text },
      ]) {
        const token = `${encoded(head)}.${payload}.`
        const padded = `${encoded(head)}.${payload}.${signature}`
        for (const each of [token, padded]) {
          const refusal: unknown = await api.validator.verify(each).catch((error: unknown) => error)
          expect(refusal).toMatchObject({
            status: 401,
            headers: {
              'WWW-Authenticate': expect.stringMatching(
                /^Bearer error="invalid_token", error_description="[A-Za-z ,.-]+"$/,
              ),
            },
          })
          expect(JSON.stringify(refusal)).not.toContain(text.slice(0, 12))
        }
      }
    },
  )

  it.each([
    'none',
    'None',
    'nOnE',
    'none ',
    '',
    undefined,
    null,
    ['RS256'],
    { RS256: true },
    'toString',
    'rs256',
    'RS256 ',
    'constructor',
  ])('G20 the algorithm %j is refused, with and without a signature', async (alg) => {
    const head = encoded({ typ: 'JWT', kid: api.key.kid, ...(alg === undefined ? {} : { alg }) })
    expect(await api.verdict(`${head}.${payload}.`)).toMatch(/^401 /)
    expect(await api.verdict(signedRaw(api.key.privateKey, head, payload))).toBe('401 algorithm')
  })

  it.each([['unknown'], [], 'exp', 1, ['exp', 'exp'], ['__proto__'], ['exp'], ['alg'], null])(
    'G28 the critical extension %j is refused',
    async (crit) => {
      expect(await api.verdict(api.token(api.user(), { crit, unknown: 1, exp: 1 }))).toBe(
        '401 header-unsupported',
      )
    },
  )

  it.each([
    'unknown',
    '../../../../dev/null',
    "' UNION SELECT 'x",
    '$(touch /tmp/x)',
    'https://trap.example/keys',
    '__proto__',
    '.*',
    'A'.repeat(8000),
    ' ',
  ])('G29 the key id of case %# is refused', async (kid) => {
    expect(await api.verdict(api.token(api.user(), { kid }))).toMatch(/^401 key-(unknown|id)$/)
  })

  it('G29 a key id in other letters, with a space, or of another type is refused', async () => {
    for (const kid of [api.key.kid.toUpperCase(), `${api.key.kid} `, 1, [api.key.kid], null, '']) {
      expect(await api.verdict(api.token(api.user(), { kid }))).toMatch(/^401 key-(unknown|id)$/)
    }
    // The first fetch, and the two that the budget allows to a flood of unknown ids.
    expect(api.server.count.keys).toBeLessThanOrEqual(3)
  })

  it('G30 a token without a key id is refused', async () => {
    expect(await api.verdict(api.token(api.user(), { kid: undefined }))).toBe('401 key-id')
  })

  it.each(['logout+jwt', 'secevent+jwt', 'dpop+jwt', 'JWE', '', 1, null, ['JWT']])(
    'G56 a token of type %j is refused',
    async (typ) => {
      expect(await api.verdict(api.token(api.user(), { typ }))).toBe('401 token-type')
    },
  )

  it.each(['JWT', 'jwt', 'at+jwt', 'application/at+jwt', undefined])(
    'G57 a token of type %j is accepted',
    async (typ) => {
      expect(await api.verdict(api.token(api.user(), { typ }))).toBe('200')
    },
  )

  it('O02 refusals print no token, whatever is done with them', async () => {
    const { inspect } = await import('node:util')
    const forged = `${header}.${payload}.${encoded(randomBytes(256))}`
    const refusal: unknown = await api.validator.verify(forged).catch((error: unknown) => error)
    const prints = [
      inspect(refusal, { depth: 9, showHidden: true }),
      JSON.stringify(refusal),
      inspect(structuredClone(refusal)),
    ]
    for (const print of prints) expect(print).not.toContain(payload.slice(0, 24))
    expect(refusal).toMatchObject({ reason: 'signature', explanation: { reason: 'signature' } })
    expect(Object.keys(refusal ?? {})).not.toContain('explanation')
  })
})

function withInside(text: string, at: number, more: string): string {
  return text.slice(0, at) + more + text.slice(at)
}
