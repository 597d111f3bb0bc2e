import { describe, expect, it } from '@jest/globals'
import { withPauseLeft } from '../../src/acquisition/refusal-pause.js'
import { createRefusedRenewals } from '../../src/acquisition/refused-renewals.js'
import { interactionNeeded, throttled } from './refusals.js'

function renewals() {
  const time = { now: 1_790_000_000_000 }
  return { time, refused: createRefusedRenewals(() => time.now) }
}

describe('a renewal that the platform refused', () => {
  it('T06 is refused again without asking for 30 seconds', () => {
    const { time, refused } = renewals()
    const error = interactionNeeded()
    refused.note('key', 'refresh token', error)
    time.now += 29_999
    expect(() => refused.check('key', 'refresh token')).toThrow(error)
    time.now += 1
    refused.check('key', 'refresh token')
  })

  it('T14 is not refused for another session, nor for the refresh token of a new sign-in', () => {
    const { refused } = renewals()
    const error = interactionNeeded()
    refused.note('key', 'old refresh token', error)
    refused.check('other key', 'old refresh token')
    refused.check('key', 'new refresh token')
  })

  it('T07 says how much of the pause is left', () => {
    const { time, refused } = renewals()
    // A pause that began elsewhere is taken as it is; one's own is lengthened by chance.
    refused.note('key', 'refresh token', withPauseLeft(throttled(100), 100_000))
    time.now += 89_500
    expect(() => refused.check('key', 'refresh token')).toThrow(
      expect.objectContaining({ code: 'ERR_ENTRA_THROTTLED', retryAfter: 11 }),
    )
  })

  it('T07 lasts a little longer than the platform asked for, another time for each process', () => {
    const { time, refused } = renewals()
    refused.note('key', 'refresh token', throttled(100))
    time.now += 99_999
    expect(() => refused.check('key', 'refresh token')).toThrow(
      expect.objectContaining({ code: 'ERR_ENTRA_THROTTLED' }),
    )
    time.now += 10_001
    refused.check('key', 'refresh token')
  })

  it('T25 is asked again when the clock was set back', () => {
    const { time, refused } = renewals()
    refused.note('key', 'refresh token', interactionNeeded())
    time.now -= 1
    refused.check('key', 'refresh token')
  })

  it('T23 is remembered for the last thousand only', () => {
    const { refused } = renewals()
    const error = interactionNeeded()
    for (let user = 0; user <= 1000; user += 1) refused.note(`key ${user}`, 'r', error)
    refused.check('key 0', 'r')
    expect(() => refused.check('key 1', 'r')).toThrow(error)
  })

  it('is not remembered when it was a mistake of the program', () => {
    const { refused } = renewals()
    refused.note('key', 'refresh token', new TypeError('a mistake'))
    refused.check('key', 'refresh token')
  })
})
