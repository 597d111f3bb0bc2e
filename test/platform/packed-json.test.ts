import { describe, expect, it } from '@jest/globals'
import { packed, unpacked } from '../../src/platform/packed-json.js'
import { randomFrom, type Random } from '../fuzz/random.js'

describe('a packed JSON value', () => {
  it.each([
    ['GUIDs', '7d1c9a10-5a6e-4a1d-8f6c-0b2f5e9d3a77', 17],
    ['identifiers in base64url', 'Zk2PairwiseForTheWebClient0LmNoPqRsTuVwXyZ0', 34],
    ['whole numbers', 1_790_000_000, 6],
    ['a word', true, 1],
    ['the name of a claim', 'preferred_username', 1],
  ])('holds %s in few bytes', (_what, value, size) => {
    expect(packed(value)).toHaveLength(size)
    expect(unpacked(packed(value))).toBe(value)
  })

  it.each([
    ['a GUID in capitals', '7D1C9A10-5A6E-4A1D-8F6C-0B2F5E9D3A77'],
    ['base64url that is not canonical', 'AAAAAAAAAAB'],
    ['a byte order mark', '\ufeffAda'],
    ['any alphabet', '𠮷田 渡邉 ö'],
    ['a text of 31 bytes', 'x y'.repeat(10) + 'z'],
    ['the largest whole number', Number.MAX_SAFE_INTEGER],
    ['a number below zero', -1],
    ['a fraction', 1.5],
    ['nothing', null],
  ])('keeps %s as it is', (_what, value) => {
    expect(unpacked(packed([value]))).toEqual([value])
  })

  it('leaves out members that are undefined, as JSON does', () => {
    expect(unpacked(packed({ one: undefined, two: 2 }))).toEqual({ two: 2 })
  })

  it('S29 makes a member named __proto__ a member and nothing else', () => {
    const read = unpacked(packed(JSON.parse('{"__proto__":{"isAdmin":true}}')))
    expect(Object.getPrototypeOf(read)).toBe(Object.prototype)
    expect(Object.hasOwn(read as object, '__proto__')).toBe(true)
  })

  it('is the value again, whatever the value is', () => {
    const random = randomFrom(20_260_901)
    for (let count = 0; count < 2_000; count += 1) {
      const value = valueFrom(random, 3)
      expect(unpacked(packed(value))).toEqual(value)
    }
  })

  it('S04 that is not one ends with an error, and takes no more room than it has', () => {
    const random = randomFrom(20_260_902)
    const huge = Uint8Array.from([4 * 32 + 31, 255, 255, 255, 255, 255, 127])
    expect(() => unpacked(huge)).toThrow(TypeError)
    for (let count = 0; count < 5_000; count += 1) {
      const bytes = Uint8Array.from({ length: random.below(40) }, () => random.below(256))
      try {
        JSON.stringify(unpacked(bytes))
      } catch (error) {
        expect(['TypeError', 'SyntaxError']).toContain((error as Error).name)
      }
    }
  })

  it('O08 S04 makes no room for lists within lists that each promise all that is left', () => {
    const bytes: number[] = []
    const length = 16_000
    for (let left = length - 4; left > 200; left = length - bytes.length - 4) {
      bytes.push(4 * 32 + 31, ((left - 31) % 128) + 128, Math.floor((left - 31) / 128))
    }
    const before = process.memoryUsage().heapUsed
    const hostile = Uint8Array.from([
      ...bytes,
      ...Array<number>(length - bytes.length).fill(3 * 32),
    ])
    expect(() => unpacked(hostile)).toThrow(/longer than this|call stack/)
    // The square of it is 100 MB.
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(30_000_000)
  })
})

function valueFrom(random: Random, depth: number): unknown {
  const kind = random.below(depth === 0 ? 5 : 7)
  if (kind === 0) return random.text(random.below(60), 'abcXYZ019-_ .ö日')
  if (kind === 1) return random.text(random.below(60), 'abcdefXYZ0189-_')
  if (kind === 2) return random.below(2 ** 31) * random.pick([1, -1, 0.5, 4_000])
  if (kind === 3) return random.pick([null, true, false, 'tid', 'name'])
  if (kind === 4) return hexGuidFrom(random)
  const members = Array.from({ length: random.below(5) }, () => valueFrom(random, depth - 1))
  return kind === 5
    ? members
    : Object.fromEntries(
        members.map((member, index) => [random.pick(['sub', `name ${index}`]), member]),
      )
}

function hexGuidFrom(random: Random): string {
  return [8, 4, 4, 4, 12].map((length) => random.text(length, '0123456789abcdef')).join('-')
}
