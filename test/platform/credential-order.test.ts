import { describe, expect, it } from '@jest/globals'
import { createCredentialOrder, type FailedTurn } from '../../src/platform/credential-order.js'
import type { CredentialKind } from '../../src/platform/credential-proof.js'
import { PlatformUnavailableError } from '../../src/protocol/platform-unavailable-error.js'

const sourceOf = (kind: CredentialKind) => ({ kind, proofFor: () => Promise.resolve({}) })
const error = new PlatformUnavailableError({
  endpoint: 'managed-identity',
  failure: 'network',
  retryAfter: 5,
})

function orderOfTwo() {
  const time = { now: 1_790_000_000_000 }
  const warnings: string[] = []
  const order = createCredentialOrder([sourceOf('federated'), sourceOf('secret')], {
    clock: () => time.now,
    warn: (message) => warnings.push(message),
  })
  const kinds = () => order.turns().map(({ source }) => source.kind)

  /** A request that tries one after the other until one is accepted; `away` have nothing to send. */
  function request(...away: readonly CredentialKind[]) {
    const failed: FailedTurn[] = []
    for (const turn of order.turns()) {
      const settle = turn.begin(failed[0])
      const fault = { kind: turn.source.kind, error }
      if (!away.includes(turn.source.kind)) return () => settle('accepted')
      settle({ unusable: fault })
      failed.push({ turn, fault })
    }
    throw new Error('None is left.')
  }
  return { time, warnings, kinds, request }
}

describe('the order of credentials', () => {
  it('R03 is changed by the request that found the first one wanting, and by no other', () => {
    const { time, warnings, kinds, request } = orderOfTwo()
    request('federated')()
    expect(kinds()).toEqual(['secret', 'federated'])
    const slow = request()
    time.now += 60_000
    request()()
    slow()
    expect(kinds()).toEqual(['federated', 'secret'])
    expect(warnings).toHaveLength(1)
  })

  it('R03 is returned to although requests are under way whenever a minute ends', () => {
    const { time, kinds, request } = orderOfTwo()
    request('federated')()
    const slow = request()
    time.now += 60_000
    slow()
    expect(kinds()).toEqual(['federated', 'secret'])
  })

  it('R03 is warned of again when the first one was good in between', () => {
    const { time, warnings, request } = orderOfTwo()
    for (const away of [['federated'], ['federated'], [], ['federated']] as const) {
      request(...away)()
      time.now += 60_000
    }
    expect(warnings).toHaveLength(2)
  })
})
