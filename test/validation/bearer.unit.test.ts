import { describe, expect, it } from '@jest/globals'
import { AccessRefusal } from '../../src/protocol/access-errors.js'
import { bearerTokenOf } from '../../src/validation/bearer.js'

function refusalOf(...authorization: string[]) {
  try {
    bearerTokenOf(authorization)
  } catch (error) {
    if (error instanceof AccessRefusal) return error
  }
  throw new Error('accepted')
}

const whereToSendIt = /Authorization: Bearer \{access token\}.*no other place/

describe('what a developer is told of a header without a usable token', () => {
  it.each([[[]], [['']], [[' \t']]])('G01 nothing was sent: %j', (authorization) => {
    expect(refusalOf(...authorization).explanation).toEqual({
      reason: 'no-token',
      found: expect.stringMatching(/no Authorization header/),
      expected: expect.stringMatching(/one Authorization header/),
      cure: expect.stringMatching(whereToSendIt),
    })
  })

  it('G02 another scheme was sent', () => {
    expect(refusalOf('Basic eA==').explanation).toEqual({
      reason: 'other-scheme',
      found: expect.stringMatching(/another scheme/),
      expected: expect.stringMatching(/Bearer scheme/),
      cure: expect.stringMatching(whereToSendIt),
    })
  })

  it.each(['Basic eA==,Bearer abc', 'Basic eA==,  bearer abc', 'Basic eA==, \tBEARER\tabc'])(
    'G05 two headers were joined into one: %j',
    (header) => {
      expect(refusalOf(header)).toMatchObject({ status: 400, reason: 'duplicate-header' })
    },
  )

  it('G06 two headers were sent', () => {
    expect(refusalOf('Bearer abc', 'Bearer abc').explanation).toEqual({
      reason: 'duplicate-header',
      found: expect.stringMatching(/more than one Authorization header/),
      expected: expect.stringMatching(/one, so that nobody on the way/),
      cure: expect.stringMatching(whereToSendIt),
    })
  })

  it.each(['"a.b.c"', "'a.b.c'"])('G05 a token was sent with its quotes: %s', (token) => {
    expect(refusalOf(`Bearer ${token}`).explanation).toMatchObject({
      reason: 'header-syntax',
      found: 'a bearer token in quotes',
    })
  })

  it('G05 a token of this library was sent as it prints', () => {
    expect(refusalOf('Bearer [redacted]').explanation).toMatchObject({
      reason: 'header-syntax',
      found: 'the text [redacted] in place of a token',
      cure: expect.stringContaining('token.reveal()'),
    })
  })

  it.each(['Bearer/abc', 'Bearer=abc', 'Bearer abc def', 'Bearer abc  def', 'Bearer =', 'Bearer'])(
    'G05 what was sent is no token: %j',
    (header) => {
      expect(refusalOf(header).explanation).toEqual({
        reason: 'header-syntax',
        found: expect.stringMatching(/characters or spaces that no token has/),
        expected: expect.stringMatching(/one space and the token/),
        cure: expect.stringMatching(whereToSendIt),
      })
    },
  )

  it('G04 white space around the header does not matter, inside it does', () => {
    expect(bearerTokenOf(['\t \tBearer   abc \t '])).toBe('abc')
    expect(refusalOf('Bearer \tabc').reason).toBe('header-syntax')
    expect(refusalOf('Bearer abc\u000b').reason).toBe('header-syntax')
  })

  it('G05 a token that is known is known behind one space only', () => {
    const isKnown = (token: string) => token === 'known'
    expect(bearerTokenOf(['Bearer known'], {}, isKnown)).toBe('known')
    for (const value of ['Bearer\tknown', 'Bearer known,', 'Bearer known known']) {
      expect(() => bearerTokenOf([value], {}, isKnown)).toThrow(AccessRefusal)
    }
    expect(() => bearerTokenOf(['Basic known'], {}, isKnown)).toThrow(AccessRefusal)
    expect(() => bearerTokenOf(['Bearer known', 'Bearer known'], {}, isKnown)).toThrow(
      AccessRefusal,
    )
  })
})
