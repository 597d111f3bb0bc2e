import { describe, expect, it } from '@jest/globals'
import { challengesOf } from '../../src/protocol/www-authenticate.js'

/** Challenges as plain values: scheme, token68 or parameters. */
function read(header: string | readonly string[] | null | undefined) {
  return challengesOf(header).map(({ scheme, token68, parameters }) => [
    scheme,
    token68 ?? Object.fromEntries(parameters),
  ])
}

describe('reading WWW-Authenticate', () => {
  it('reads a challenge whose values hold = and commas', () => {
    expect(
      read(
        'Bearer realm="", authorization_uri="https://a/b?c=d,e", error="insufficient_claims", claims="eyJhIjoxfQ=="',
      ),
    ).toEqual([
      [
        'bearer',
        {
          realm: '',
          authorization_uri: 'https://a/b?c=d,e',
          error: 'insufficient_claims',
          claims: 'eyJhIjoxfQ==',
        },
      ],
    ])
  })

  it('reads several challenges in one header, with and without parameters', () => {
    expect(
      read('Negotiate, Basic realm="a", charset=UTF-8, Digest nonce=1 , Bearer, NTLM TlRMTVNT='),
    ).toEqual([
      ['negotiate', {}],
      ['basic', { realm: 'a', charset: 'UTF-8' }],
      ['digest', { nonce: '1' }],
      ['bearer', {}],
      ['ntlm', 'TlRMTVNT='],
    ])
  })

  it('reads several headers, and the one that Headers joins them to, alike', () => {
    const lines = ['Negotiate YWJj', 'Bearer error="invalid_token", claims="e30="']
    const headers = new Headers()
    for (const line of lines) headers.append('WWW-Authenticate', line)
    expect(read(lines)).toEqual([
      ['negotiate', 'YWJj'],
      ['bearer', { error: 'invalid_token', claims: 'e30=' }],
    ])
    expect(read(headers.get('www-authenticate'))).toEqual(read(lines))
  })

  it('resolves escapes, and reads names and schemes without case', () => {
    expect(read('BEARER ERROR="a \\"b\\" \\\\c"')).toEqual([['bearer', { error: 'a "b" \\c' }]])
  })

  it.each([
    ['Bearer realm = "x" , error\t=\t"y"', { realm: 'x', error: 'y' }],
    [', ,Bearer ,, realm="x",,', { realm: 'x' }],
    ['Bearer a=b=', undefined],
  ])(
    'bears with the white space and empty elements that RFC 9110 allows: %s',
    (header, parameters) => {
      expect(read(header)).toEqual(parameters === undefined ? [] : [['bearer', parameters]])
    },
  )

  it('reads a parameter named like a base64 text', () => {
    expect(read('Bearer YWJj="x"')).toEqual([['bearer', { ywjj: 'x' }]])
  })

  it('leaves out a challenge that names a parameter twice', () => {
    expect(read('Bearer claims="a", CLAIMS="b", Basic realm="c"')).toEqual([
      ['basic', { realm: 'c' }],
    ])
  })

  it.each([
    'Bearer realm="open',
    'Bearer realm=@',
    'Bearer realm="a" error="b"',
    '"x"',
    'Bearer a b',
    'Bearer@x',
  ])('stops at what is no challenge: %s', (header) => {
    expect(read(`Basic realm="a", ${header}`).filter(([scheme]) => scheme !== 'basic')).toEqual([])
  })

  it('reads nothing where nothing is', () => {
    expect([read(null), read(undefined), read(''), read([]), read(' , ')]).toEqual([
      [],
      [],
      [],
      [],
      [],
    ])
  })

  it.each([
    ['unclosed quotes', `Bearer a="${'\\"'.repeat(15_000)}`],
    ['a name without end', `Bearer ${'a'.repeat(30_000)} b`],
    ['many commas', `Bearer${' ,'.repeat(15_000)}`],
    ['many schemes', 'a,'.repeat(15_000)],
    ['a header longer than any', `Bearer realm="${'x'.repeat(40_000)}"`],
  ])('is done in a moment with %s', (_, header) => {
    // If each part were looked at again for each other, the test would not end in its time.
    const [first, ...others] = Array.from({ length: 50 }, () => challengesOf(header))
    expect(others.every((challenges) => challenges.length === first?.length)).toBe(true)
  })
})
