import { describe, expect, it } from '@jest/globals'
import { isLocalPath, locationOf, returnToOf } from '../../src/protocol/return-to.js'

const rules = { fallback: '/home', never: ['/auth/login', '/auth/callback', '/auth/logout'] }
const origin = 'https://app.contoso.com'

const hostile: Record<string, readonly unknown[]> = {
  'L40 absolute or protocol-relative': [
    'https://evil.example',
    'https://app.contoso.com/',
    'HTTP://evil.example/',
    '//evil.example',
    '///evil.example',
    '////evil.example',
    '//app.contoso.com/',
  ],
  'L41 with backslashes': [
    '/\\evil.example',
    '\\/evil.example',
    '\\\\evil.example',
    'https:\\\\evil.example',
    '\\evil',
    '/\\/evil.example',
    '/a/..\\\\evil.example',
    '/.\\/evil.example',
  ],
  'L42 another scheme': [
    'https:evil.example',
    'http:///evil.example',
    'javascript:alert(1)',
    'data:text/html,x',
    'intent://evil',
    'vbscript:x',
    'evil.example',
    'evil/path',
    '?a',
    '#a',
    '',
  ],
  'L43 white space and controls': [
    ' /home',
    '\t/home',
    '\0/home',
    '\u00a0/home',
    '\u0085/home',
    '\ufeff/home',
    '/\t/evil.example',
    '/\n/evil.example',
    '/\0/evil.example',
    '/%09/evil.example',
    '/%00/evil.example',
    '/a\u0085b',
    '/\u2028/evil',
  ],
  'L44 header injection': ['/a\r\nSet-Cookie: x=y', '/a%0d%0aSet-Cookie:x=y', '/a%0D%0A', '/a\nb'],
  'L45 look-alikes': [
    'https://app.contoso.com@evil.example/',
    'https://app.contoso.com.evil.example/',
    'https://evilapp.contoso.com/',
    'https://evil.example#app.contoso.com',
    'https://evil.example?app.contoso.com',
    'user@evil.example',
    '@evil.example',
    ':80/evil',
  ],
  'L46 another host after decoding or joining': [
    'https://app.contoso.com//evil.example',
    '/%2f%2fevil.example',
    '/%2Fevil.example',
    '/%5cevil.example',
    '/%5C%5Cevil.example',
    '/.//evil.example',
    '/%2e%2e//evil.example',
    '/..//evil.example',
    '/a/..//evil.example',
    '/a/%2e%2e/%2fevil.example',
    '/%252f%252fevil.example',
    '/%25252fevil.example',
    '/%252e%252e//evil.example',
    '/.%2f/evil.example',
    '/%2e/%2fevil.example',
  ],
  'L47 not one well-formed text': [
    undefined,
    null,
    0,
    true,
    {},
    ['/inbox'],
    ['/a', '/b'],
    { path: '/a' },
    '/%',
    '/%zz',
    '/%E0%A4%A',
    '/a\ufffdb',
    '/\ud800',
    `/${'a'.repeat(2_000)}`,
  ],
  'L48 the routes of the sign-in itself': [
    '/auth/login',
    '/auth/callback?code=1&state=2',
    '/auth/logout',
    '/AUTH/LOGIN',
    '/auth/login/',
    '/auth/login?returnTo=/',
    '/auth/./login',
    '/x/../auth/login',
    '/auth/%6cogin',
    '/auth/login#x',
    '/auth/%256cogin',
  ],
}

const welcome = [
  '/',
  '/inbox',
  '/inbox?folder=a&page=2',
  '/inbox?next=https://other.example/x',
  '/a#fragment',
  '/a/#/route',
  '/tasks/ä/日本語',
  '/tasks/%C3%A4',
  '/users/ada@contoso.com',
  '/time/12:30',
  '/a//b',
  '/a///b/',
  '/a?b=//c',
  '/a?b=%2f%2fc',
  '/a?b=\\c',
  '/search/100%25',
  '/search?q=100%',
  '/a%20b',
  '/a b',
  '/.well-known/x',
  '/...',
  '/x/%2Fy',
  '/proxy/https%3A%2F%2Fother.example%2Fx',
  '/auth/login-help',
  '/auth',
  '/a;b=c',
  "/it's(fine)!",
]

describe('the address to return to', () => {
  for (const [title, values] of Object.entries(hostile)) {
    it(`${title}: the default page`, () => {
      for (const value of values) {
        expect([value, returnToOf(value, rules)]).toEqual([value, '/home'])
      }
    })
  }

  it('L49 a deep link is kept to the letter', () => {
    for (const value of welcome) expect(returnToOf(value, rules)).toBe(value)
  })

  it('L49 its Location header resolves to the same page on the same origin', () => {
    for (const value of welcome) {
      const location = locationOf(value)
      expect(location).toMatch(/^[\x21-\x7e]+$/)
      expect(new URL(location, origin).href).toBe(new URL(value, origin).href)
      expect(new URL(location, origin).origin).toBe(origin)
    }
  })

  it('L44 characters whose low byte is a line break stay inside the header', () => {
    expect(locationOf('/a\u560a\u560db')).toBe('/a%E5%98%8A%E5%98%8Db')
  })

  it('never leaves the origin, whatever is made of a few dangerous pieces', () => {
    const pieces = ['\t', ...String.raw`/ \ . .. %2f %5c %2e %252f @ : evil.example ? #`.split(' ')]
    let made = ['/']
    for (let length = 0; length < 4; length += 1) {
      made = made.flatMap((value) => pieces.map((piece) => value + piece))
    }
    const escaping = made.filter((value) => isLocalPath(value)).filter(leavesInSomeReading)
    expect(made.length).toBe(pieces.length ** 4)
    expect(escaping).toEqual([])
  })
})

/** Whether a browser goes elsewhere, also after a proxy has decoded the path once or twice. */
function leavesInSomeReading(value: string): boolean {
  const once = tolerantlyDecoded(value)
  return [value, once, tolerantlyDecoded(once)].some((read) => {
    const url = new URL(/^[^?#]*/.exec(read)?.[0] ?? '', origin)
    return url.origin !== origin || url.pathname.startsWith('//')
  })
}

function tolerantlyDecoded(path: string): string {
  const [before = ''] = path.split(/[?#]/)
  try {
    return decodeURIComponent(before)
  } catch {
    return before
  }
}
