import { describe, expect, it } from '@jest/globals'
import { after } from '../../src/protocol/at-once.js'

describe('going on with a value', () => {
  const double = (value: number) => value * 2
  const failing = () => {
    throw new Error('failed')
  }

  it('waits for nothing when the value is there', () => {
    expect(after(2, double)).toBe(4)
    expect(() => after(2, failing)).toThrow('failed')
  })

  it('waits for a promise, and for what comes next', async () => {
    const answer = after(Promise.resolve(2), (value) => Promise.resolve(double(value)))
    expect(answer).toBeInstanceOf(Promise)
    expect(await answer).toBe(4)
    await expect(after(Promise.resolve(2), failing)).rejects.toThrow('failed')
  })
})
