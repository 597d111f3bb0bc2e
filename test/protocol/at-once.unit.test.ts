import { runInNewContext } from 'node:vm'
import { describe, expect, it } from '@jest/globals'
import { after, isLater } from '../../src/protocol/at-once.js'

describe('going on with a value', () => {
  const double = (value: number) => value * 2
  const failing = () => {
    throw new Error('failed')
  }

  it('waits for nothing when the value is there', () => {
    expect(after(2, double)).toBe(4)
    expect(() => after(2, failing)).toThrow('failed')
  })

  it.each([undefined, null, 0, '', {}, { then: 'soon' }])('takes %j as being there', (value) => {
    expect(isLater(value)).toBe(false)
    expect(after(value, (one) => [one])).toEqual([value])
  })

  it('knows a promise of another realm', async () => {
    const promise = runInNewContext('Promise.resolve(2)') as Promise<number>
    expect(promise).not.toBeInstanceOf(Promise)
    expect(await after(promise, double)).toBe(4)
  })

  it('waits for a promise, and for what comes next', async () => {
    const answer = after(Promise.resolve(2), (value) => Promise.resolve(double(value)))
    expect(answer).toBeInstanceOf(Promise)
    expect(await answer).toBe(4)
    await expect(after(Promise.resolve(2), failing)).rejects.toThrow('failed')
  })
})
