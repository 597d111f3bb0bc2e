import { inspect } from 'node:util'
import { describe, expect, it } from '@jest/globals'
import { assertionOf, rememberAssertion } from '../../src/protocol/assertion.js'
import { frozenCaller, type AppCaller } from '../../src/protocol/caller.js'

const caller = (): AppCaller =>
  frozenCaller<AppCaller>({
    kind: 'app',
    tenantId: 'tenant',
    objectId: 'object',
    subject: 'object',
    clientId: 'client',
    roles: ['Tasks.Read.All'],
    claims: { aud: 'api', iss: 'issuer', exp: 1, oid: 'object', sub: 'object', uti: 'hidden' },
  })

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

  it('T12 leads to the token it was verified from, and no copy of it does', () => {
    const one = caller()
    const given = { token: 'token', expiresAt: 7 }
    rememberAssertion(one, given)
    expect(assertionOf(one)).toEqual({ token: 'token', expiresAt: 7 })
    expect(assertionOf(one)).not.toBe(given)
    expect(Object.isFrozen(assertionOf(one))).toBe(true)
    expect(assertionOf({ ...one })).toBeUndefined()
    expect(assertionOf(caller())).toBeUndefined()
  })
})
