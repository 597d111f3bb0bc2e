import { describe, expect, it } from '@jest/globals'
import { createTokenMemo, type RememberedToken } from '../../src/validation/token-memo.js'

// The memory never looks inside what it keeps.
const thing = (name: string) => ({ name }) as unknown as RememberedToken
const weight = (token: string) => token.length * 3 + 512
const numbered = (count: number, length = 1000) =>
  Array.from({ length: count }, (_, index) => String(index).padStart(length, '-'))

describe('the memory of verified tokens', () => {
  it('finds a token again, and compares it whole', () => {
    const memo = createTokenMemo(1024 * 1024)
    const tail = 'T'.repeat(32)
    memo.remember(`one${tail}`, thing('one'))
    expect(memo.recall(`one${tail}`)).toEqual({ name: 'one' })
    expect(memo.recall(`two${tail}`)).toBeUndefined()
    expect(memo.recall(tail)).toBeUndefined()
    expect(memo.recall('')).toBeUndefined()
    memo.forget(`two${tail}`)
    expect(memo.recall(`one${tail}`)).toEqual({ name: 'one' })
  })

  it('keeps one token per ending of 8 characters, the newer one', () => {
    const memo = createTokenMemo(1024 * 1024)
    memo.remember('one.TTTTTTTT', thing('one'))
    memo.remember('two.TTTTTTTT', thing('two'))
    expect(memo.recall('one.TTTTTTTT')).toBeUndefined()
    expect(memo.recall('two.TTTTTTTT')).toEqual({ name: 'two' })
    memo.remember('one.aTTTTTTT', thing('a'))
    memo.remember('one.bTTTTTTT', thing('b'))
    expect(memo.recall('one.aTTTTTTT')).toEqual({ name: 'a' })
    expect(memo.recall('one.bTTTTTTT')).toEqual({ name: 'b' })
  })

  it('O05 holds exactly its bytes, and no byte more', () => {
    const [one = '', two = '', three = ''] = numbered(3)
    const exact = createTokenMemo(2 * weight(one))
    for (const token of [one, two]) exact.remember(token, thing(token))
    expect([one, two].map((token) => exact.recall(token))).not.toContain(undefined)
    exact.remember(three, thing(three))
    expect(exact.recall(one)).toBeUndefined()
    expect(exact.recall(two)).toBeDefined()
    const tight = createTokenMemo(2 * weight(one) - 1)
    for (const token of [one, two]) tight.remember(token, thing(token))
    expect(tight.recall(one)).toBeUndefined()
    expect(tight.recall(two)).toBeDefined()
  })

  it('O05 holds what fits, the latest used of it', () => {
    const memo = createTokenMemo(1024 * 1024)
    const fits = Math.floor((1024 * 1024) / weight('x'.repeat(1000)))
    const tokens = numbered(fits + 1)
    const [first = '', second = ''] = tokens
    for (const token of tokens.slice(0, fits)) memo.remember(token, thing(token))
    expect(memo.recall(first)).toBeDefined()
    memo.remember(tokens[fits] ?? '', thing('last'))
    expect(memo.recall(second)).toBeUndefined()
    expect(memo.recall(first)).toBeDefined()
  })

  it('gives back the bytes of what it forgot or replaced', () => {
    const [one = '', two = '', three = ''] = numbered(3)
    const memo = createTokenMemo(2 * weight(one))
    memo.remember(one, thing('one'))
    for (let round = 0; round < 5; round += 1) memo.remember(two, thing('two'))
    expect(memo.recall(one)).toBeDefined()
    memo.forget(two)
    memo.forget(two)
    memo.remember(three, thing('three'))
    expect(memo.recall(one)).toBeDefined()
    expect(memo.recall(three)).toBeDefined()
    memo.remember(two, thing('two'))
    expect(memo.recall(one)).toBeUndefined()
  })
})
