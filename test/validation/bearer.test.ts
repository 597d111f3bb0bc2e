import { describe, expect, it } from '@jest/globals'
import { AccessRefusal } from '../../src/protocol/access-errors.js'
import { bearerTokenOf } from '../../src/validation/bearer.js'
import { memories } from '../support/warm-memory.js'

const bare = '401 Bearer'
const token = 'eyJhbGciOiJSUzI1NiJ9.eyJhIjoxfQ.c2ln'

const invalid =
  /^400 Bearer error="invalid_request", error_description="[\x20\x21\x23-\x5b\x5d-\x7e]+"$/

describe.each(memories)('the bearer token of a request, memory %s', (memory) => {
  const isKnown = (text: string) => memory === 'warm' && text === token

  function answer(...authorization: string[]): string {
    try {
      return bearerTokenOf(authorization, {}, isKnown)
    } catch (error) {
      if (!(error instanceof AccessRefusal)) throw error
      return `${String(error.status)} ${String(error.headers['WWW-Authenticate'])}`
    }
  }

  it('G01 is asked for with a bare challenge when there is no Authorization header', () => {
    expect(answer()).toBe(bare)
    expect(answer('')).toBe(bare)
    expect(answer(' \t ')).toBe(bare)
  })

  it.each([
    'Basic dXNlcjpwYXNz',
    'Negotiate YII=',
    `DPoP ${token}`,
    `PoP ${token}`,
    `JWT ${token}`,
    `Bearerx ${token}`,
    `Bearer-${token}`,
    token,
    'Digest username="bearer", realm="a, b", uri="/"',
  ])('G02 is asked for with a bare challenge when another scheme came: %s', (header) => {
    expect(answer(header)).toBe(bare)
  })

  /** Where time grew with the square of the length, the limit of a test would be over long before. */
  const endless = 500_000
  it.each([
    ['nothing after the scheme', 'Bearer'],
    ['one space', 'Bearer '],
    ['spaces only', `Bearer${' '.repeat(endless)}`],
    ['tabs only', `Bearer${'\t'.repeat(endless)}`],
    ['spaces before a character that no token has', `Bearer${' '.repeat(endless)}é`],
    ['commas and spaces', `Bearer ${', '.repeat(endless)}`],
  ])(
    'G03 is refused, in time that grows with its length only, when it is empty: %s',
    (_title, header) => {
      expect(answer(header)).toMatch(invalid)
    },
  )

  it.each([
    `bearer ${token}`,
    `BEARER ${token}`,
    `Bearer  ${token}`,
    `Bearer ${token} \t`,
    ` Bearer ${token}`,
  ])('G04 is found whatever the case of the scheme and the space around it: %j', (header) => {
    expect(answer(header)).toBe(token)
  })

  it('G04 may hold every character that RFC 6750 allows', () => {
    expect(answer('Bearer azAZ09-._~+/==')).toBe('azAZ09-._~+/==')
  })

  it.each([
    `Bearer\t${token}`,
    `Bearer\u00a0${token}`,
    `Bearer,${token}`,
    `Bearer ${token},`,
    `Bearer "${token}"`,
    `Bearer <${token}>`,
    `Bearer ${token};`,
    `Bearer token=${token}`,
    `Bearer ${token} ${token}`,
    `Bearer Bearer ${token}`,
    `Bearer:${token}`,
    `Bearer ${token}=a`,
    `Basic eA==, Bearer ${token}`,
    `Basic eA==,\tbearer ${token}`,
  ])('G05 is refused when it is not of the form of a token: %j', (header) => {
    expect(answer(header)).toMatch(invalid)
  })

  it.each([
    ['bad and good', ['Bearer bad', `Bearer ${token}`]],
    ['good and bad', [`Bearer ${token}`, 'Bearer bad']],
    ['the same twice', [`Bearer ${token}`, `Bearer ${token}`]],
    ['Basic and Bearer', ['Basic eA==', `Bearer ${token}`]],
    ['an empty one and Bearer', ['', `Bearer ${token}`]],
  ])('G06 is refused when two Authorization headers came: %s', (_title, headers) => {
    expect(answer(...headers)).toMatch(invalid)
  })

  it.each(['\u00e9', '\u0000', '\u007f', '\u000b', '\r\n ', '\u2028', '令', '\ud800'])(
    'G07 is refused with characters that no header should have: %j',
    (character) => {
      expect(answer(`Bearer ${token}${character}x`)).toMatch(invalid)
      expect(answer(`Bearer${character}${token}`)).toMatch(invalid)
      expect(answer(`${character}Bearer ${token}`)).toMatch(/^40[01] /)
    },
  )

  it('G69 is refused with a challenge that holds configured values only', () => {
    const context = { resourceMetadata: 'https://api.example/.well-known/oauth-protected-resource' }
    expect(() => bearerTokenOf([], context)).toThrow(
      expect.objectContaining({
        status: 401,
        headers: {
          'WWW-Authenticate':
            'Bearer resource_metadata="https://api.example/.well-known/oauth-protected-resource"',
          'Access-Control-Expose-Headers': 'WWW-Authenticate',
        },
      }),
    )
  })
})
