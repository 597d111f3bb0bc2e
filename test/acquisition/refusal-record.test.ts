import { describe, expect, it } from '@jest/globals'
import { errorOf, refusalRecordOf } from '../../src/acquisition/refusal-record.js'
import {
  AdminConsentRequiredError,
  CallerTokenRejectedError,
  CredentialRejectedError,
  InteractionRequiredError,
  RequestRefusedError,
} from '../../src/protocol/token-errors.js'
import { consentMissing, interactionNeeded, refusal, throttled, unavailable } from './refusals.js'

const refusals = [
  interactionNeeded(),
  new InteractionRequiredError({ ...refusal, claims: undefined, next: 'restart' }),
  consentMissing(),
  new AdminConsentRequiredError({ ...refusal, adminConsentUrl: 'https://login.example/consent' }),
  new CallerTokenRejectedError(refusal),
  new RequestRefusedError({ ...refusal, reason: 'configuration' }),
  new RequestRefusedError({ ...refusal, reason: 'denied' }),
  throttled(60),
  unavailable('timeout', 5),
].map((error) => [error.name, error] as const)

describe('a refusal that is told to another process', () => {
  it.each(refusals)('T06 %s arrives as what it was', (_, error) => {
    const told = errorOf(JSON.parse(JSON.stringify(refusalRecordOf(error))) as never) // as stored
    expect(told.constructor).toBe(error.constructor)
    expect(Object.entries(told)).toEqual(Object.entries(error))
    expect(told.message).toBe(error.message)
  })

  it('T21 is none when it is about this process’s credential, or no refusal', () => {
    expect(refusalRecordOf(new CredentialRejectedError(refusal))).toBeUndefined()
    expect(refusalRecordOf(new TypeError('a mistake'))).toBeUndefined()
  })
})
