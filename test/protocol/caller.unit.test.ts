import { inspect } from 'node:util'
import { describe, expect, it } from '@jest/globals'
import type { AccessTokenClaims } from '../../src/protocol/access-token-claims.js'
import {
  assertionOf,
  forgetClaims,
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
    const assertion = { token: 'a-token', expiresAt: 7 }
    const api = { claimsIn: () => ({}) as AccessTokenClaims }
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

  it('reads its claims from the token again once they are forgotten, and only once', () => {
    const read: string[] = []
    const claims = { aud: 'api', iss: 'issuer', exp: 1, oid: 'object', sub: 'again' }
    const claimsIn = (token: string) => (read.push(token), { ...claims })
    const one = caller({ assertion: { token: 'a-token', expiresAt: 7 }, api: { claimsIn } })
    expect([one.claims.sub, read]).toEqual(['object', []])
    forgetClaims(one)
    expect([one.claims.sub, one.claims, read]).toEqual(['again', claims, ['a-token']])
    const byHand = caller()
    forgetClaims(byHand)
    expect(byHand.claims.sub).toBe('object')
  })
})
