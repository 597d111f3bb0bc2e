import { describe, expect, it } from '@jest/globals'
import { createBoundedMap } from '../../src/protocol/bounded-map.js'

const names = ['a', 'b', 'c', 'd']

describe('a map bounded in bytes', () => {
  it('O05 lets the oldest entry go that was not found since it was last passed over', () => {
    const map = createBoundedMap<string>(3)
    for (const name of ['a', 'b', 'c']) map.set(name, name, 1)
    map.get('a')
    map.set('d', 'd', 1)
    expect(names.map((name) => map.get(name))).toEqual(['a', undefined, 'c', 'd'])
    expect(map.bytes).toBe(3)
  })

  it('replaces and deletes, and counts the bytes', () => {
    const map = createBoundedMap<number>(10)
    map.set('a', 1, 4)
    map.set('a', 2, 6)
    map.set('b', 3, 4)
    expect([map.get('a'), map.bytes]).toEqual([2, 10])
    map.delete('a')
    map.delete('a')
    expect([map.get('a'), map.get('b'), map.bytes]).toEqual([undefined, 3, 4])
    map.delete('b')
    map.set('c', 4, 1)
    expect([map.get('c'), map.bytes]).toEqual([4, 1])
  })

  it('passes over everything once when everything was found', () => {
    const map = createBoundedMap<string>(4)
    for (const name of names) map.set(name, name, 1)
    for (const name of ['b', 'b', 'd', 'a', 'c']) map.get(name)
    map.delete('d')
    map.set('e', 'e', 2)
    expect(['a', 'b', 'c', 'e'].map((name) => map.get(name))).toEqual([undefined, 'b', 'c', 'e'])
  })

  it('keeps what is needed, even if that is more than may be', () => {
    const needed = new Set(['a', 'c'])
    const map = createBoundedMap<string>(1, (name) => needed.has(name))
    for (const name of ['a', 'b', 'c']) map.set(name, name, 1)
    expect([...names.map((name) => map.get(name)), map.bytes]).toEqual([
      ...['a', undefined, 'c', undefined],
      2,
    ])
    needed.clear()
    map.set('d', 'd', 1)
    expect([map.get('d'), map.bytes]).toEqual(['d', 1])
  })

  it('does not keep what is heavier than all may be', () => {
    const map = createBoundedMap<string>(5)
    map.set('a', 'a', 6)
    expect([map.get('a'), map.bytes]).toEqual([undefined, 0])
  })
})
