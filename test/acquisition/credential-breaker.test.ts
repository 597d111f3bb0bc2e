import { describe, expect, it } from '@jest/globals'
import { withCredentialBreaker } from '../../src/acquisition/credential-breaker.js'
import type { TokenEndpoint } from '../../src/platform/token-endpoint.js'
import { CredentialRejectedError } from '../../src/protocol/token-errors.js'
import { interactionNeeded, refusal, unavailable } from './refusals.js'

const request = { tenant: 'contoso', scope: 's', resource: 'r' }

function endpointThat() {
  const time = { now: 1_790_000_000_000 }
  const state: { calls: number; error: Error | undefined } = { calls: 0, error: undefined }
  const answer = async () => {
    state.calls += 1
    await Promise.resolve()
    if (state.error) throw state.error
    return { access_token: 't', token_type: 'bearer' as const }
  }
  const endpoint: TokenEndpoint = {
    onBehalfOf: answer,
    clientCredentials: answer,
    refresh: answer,
    exchangeConfiguration: () => {
      throw new Error('not asked for')
    },
  }
  const guarded = withCredentialBreaker(endpoint, () => time.now)
  return {
    state,
    pass: (milliseconds: number) => void (time.now += milliseconds),
    ask: () => guarded.clientCredentials(request).catch((error: unknown) => error),
    guarded,
  }
}

const rejected = () => new CredentialRejectedError({ ...refusal, aadsts: [7000215] })

describe('a credential that the platform rejects', () => {
  it('T21 is not sent again for any token, whoever it is for', async () => {
    const { state, ask, guarded } = endpointThat()
    state.error = rejected()
    await ask()
    for (let user = 0; user < 100; user += 1) {
      const assertion = `assertion of user ${user}`
      await expect(guarded.onBehalfOf({ ...request, assertion })).rejects.toBe(state.error)
    }
    await expect(guarded.refresh({ ...request, refreshToken: 'r' })).rejects.toBe(state.error)
    expect(state.calls).toBe(1)
  })

  it('T21 is tried again by one request after a pause that grows from 10 seconds to a minute', async () => {
    const { state, ask, pass } = endpointThat()
    state.error = rejected()
    await ask()
    for (const pause of [10, 20, 40, 60, 60]) {
      const before = state.calls
      pass(pause * 1_000 - 1)
      await ask()
      expect(state.calls).toBe(before)
      pass(1)
      await Promise.all([ask(), ask(), ask()])
      expect(state.calls).toBe(before + 1)
    }
  })

  it('T20 serves at once when the attempt shows that it was replaced', async () => {
    const { state, ask, pass } = endpointThat()
    state.error = rejected()
    await ask()
    state.error = undefined
    pass(10_000)
    expect(await ask()).toMatchObject({ access_token: 't' })
    await Promise.all([ask(), ask()])
    expect(state.calls).toBe(4)
  })

  it('was accepted when the refusal is about the user', async () => {
    const { state, ask, pass } = endpointThat()
    state.error = rejected()
    await ask()
    state.error = interactionNeeded()
    pass(10_000)
    await ask()
    await ask()
    expect(state.calls).toBe(3)
  })

  it('is not known to be accepted when the platform was away', async () => {
    const { state, ask, pass } = endpointThat()
    const error = rejected()
    state.error = error
    await ask()
    state.error = unavailable('timeout', 1)
    pass(10_000)
    await ask()
    state.error = error
    await ask()
    expect(await ask()).toBe(error)
    expect(state.calls).toBe(3)
  })

  it('does not block for ever when the clock is set back', async () => {
    const { state, ask, pass } = endpointThat()
    state.error = rejected()
    await ask()
    pass(-3_600_000)
    state.error = undefined
    expect(await ask()).toMatchObject({ access_token: 't' })
  })
})
