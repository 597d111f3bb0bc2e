import { describe, expect, it } from '@jest/globals'
import { bearerChallenge, challengeContextOf } from '../../src/protocol/bearer-challenge.js'
import { refusalDescriptions, shown } from '../../src/protocol/refusal-reason.js'

describe('a bearer challenge', () => {
  it('is bare when nothing went wrong yet', () => {
    expect(bearerChallenge({})).toBe('Bearer')
  })

  it('names each parameter once, in a fixed order', () => {
    expect(
      bearerChallenge({
        scope: 'A B',
        error: 'insufficient_scope',
        description: 'Too little',
        resourceMetadata: 'https://api.example/meta',
      }),
    ).toBe(
      'Bearer error="insufficient_scope", error_description="Too little", scope="A B", resource_metadata="https://api.example/meta"',
    )
  })

  it('carries claims as padded base64', () => {
    expect(bearerChallenge({ error: 'insufficient_claims', claims: '{"a":1}', realm: '' })).toBe(
      'Bearer realm="", error="insufficient_claims", claims="eyJhIjoxfQ=="',
    )
  })

  it.each(['"', '\\', '\r\n', '\u0000', 'é', '\u2028'])(
    'is not made with %j in a value',
    (character) => {
      expect(() => bearerChallenge({ scope: `A${character}` })).toThrow(
        expect.objectContaining({ code: 'ERR_ENTRA_CONFIGURATION' }),
      )
    },
  )

  it('takes its metadata address from configuration, absolute and secure', () => {
    expect(challengeContextOf(undefined)).toEqual({})
    expect(challengeContextOf('https://api.example/m')).toEqual({
      resourceMetadata: 'https://api.example/m',
    })
    expect(challengeContextOf('http://localhost:3000/m')).toEqual({
      resourceMetadata: 'http://localhost:3000/m',
    })
    for (const address of ['/m', 'http://api.example/m', 'nonsense', 'https://api.example/"']) {
      expect(() => challengeContextOf(address)).toThrow(
        expect.objectContaining({ option: 'resourceMetadata' }),
      )
    }
  })

  it('describes every reason in characters that RFC 6750 allows', () => {
    for (const description of Object.values(refusalDescriptions)) {
      expect(description).toMatch(/^[\x20\x21\x23-\x5b\x5d-\x7e]+$/)
    }
  })
})

describe('a value in an explanation', () => {
  it.each([
    [undefined, 'nothing'],
    [null, 'null'],
    [7, '7'],
    [true, 'true'],
    [['a'], 'an array'],
    [{ a: 1 }, 'an object'],
    ['plain', '"plain"'],
    ['"\\\r\n\u001b', '"?????"'],
    ['x'.repeat(121), `"${'x'.repeat(120)}…"`],
  ])('%j is shown as %s', (value: unknown, text) => {
    expect(shown(value)).toBe(text)
  })
})
