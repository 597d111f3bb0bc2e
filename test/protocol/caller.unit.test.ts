import { inspect } from 'node:util'
import { describe, expect, it } from '@jest/globals'
import {
  assertionOf,
  frozenCaller,
  isCaller,
  isCallerOf,
  type AppCaller,
  type CallerOrigin,
} from '../../src/protocol/caller.js'

const caller = (origin?: CallerOrigin): AppCaller =>
  frozenCaller<AppCaller>(
    {
      kind: 'app',
      tenantId: 'tenant',
      objectId: 'object',
      subject: 'object',
      clientId: 'client',
      roles: ['Tasks.Read.All'],
      claims: { aud: 'api', iss: 'issuer', exp: 1, oid: 'object', sub: 'object', uti: 'hidden' },
    },
    origin,
  )

describe('a caller', () => {
  it('T30 G66 is frozen and shows its claims only to who asks for them', () => {
    const one = caller()
    expect(one.claims).toMatchObject({ uti: 'hidden' })
    expect(Object.keys(one)).toEqual([
      'kind',
      'tenantId',
      'objectId',
      'subject',
      'clientId',
      'roles',
    ])
    expect(JSON.stringify(one) + inspect(one)).not.toContain('hidden')
    expect(Object.isFrozen(one)).toBe(true)
    expect(() => Object.assign(one, { claims: {} })).toThrow(TypeError)
  })

  it('T12 leads to the token it was verified from, and to its API, and no copy of it does', () => {
    const [assertion, api] = [{ token: 'a-token', expiresAt: 7 }, {}]
    const one = caller({ assertion, api })
    expect(assertionOf(one)).toBe(assertion)
    expect(isCaller(one) && isCallerOf(api, one)).toBe(true)
    expect(isCallerOf({}, one)).toBe(false)
    expect(inspect(one, { showHidden: true, getters: true })).not.toContain('a-token')
    for (const copy of [{ ...one }, structuredClone(one), Object.create(one) as AppCaller]) {
      expect(isCaller(copy) || isCallerOf(api, copy)).toBe(false)
      expect(assertionOf(copy)).toBeUndefined()
    }
    expect(assertionOf(caller())).toBeUndefined()
  })
})
