import { describe, expect, it } from '@jest/globals'
import { retryAfterOf } from '../../src/protocol/retry-after.js'

const now = Date.UTC(2001, 0, 1)

describe('a Retry-After header', () => {
  it.each([
    ['7', 7],
    [' 120 ', 120],
    ['0', 1],
    ['1000000000', 3600],
    ['1e9', 3600],
    ['9'.repeat(400), 3600],
    [new Date(now + 90_500).toUTCString(), 90],
    [new Date(now - 60_000).toUTCString(), 1],
    [new Date(now + 1e12).toUTCString(), 3600],
    ['-5', undefined],
    ['1.5', undefined],
    ['soon', undefined],
    ['Mon, 99 Xyz 2001 00:00:00 GMT', undefined],
    ['', undefined],
    [null, undefined],
    [undefined, undefined],
  ])('T07 %j is read as %s seconds', (header, seconds) => {
    expect(retryAfterOf(header, now)).toBe(seconds)
  })
})
