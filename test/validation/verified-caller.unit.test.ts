import { describe, expect, it } from '@jest/globals'
import type { VerifiedJwt } from '../../src/platform/verified-jwt.js'
import { verifiedCallerOf } from '../../src/validation/verified-caller.js'
import { ids, type Payload } from '../support/ids.js'

const claims = { oid: ids.ada, sub: 'pairwise', azp: ids.web, exp: 1, iss: 'issuer', aud: ids.api }
const verified = (changes: Payload, version: '1.0' | '2.0' = '2.0'): VerifiedJwt => ({
  claims: { ...claims, ...changes },
  version,
  tenantId: ids.contoso,
  expiresAt: 1000,
  standing: {},
})
const asUser = { kind: 'user', scopes: ['Tasks.Read'], roles: ['Reader'] } as const
const identity = {
  tenantId: ids.contoso,
  objectId: ids.ada,
  subject: 'pairwise',
  clientId: ids.web,
}

describe('the caller of a verified token', () => {
  it('is a user with scopes, roles and what to call them by', () => {
    const token = verified({ name: 'Ada', preferred_username: 'ada@x', email: 'ada@y' })
    const caller = verifiedCallerOf(token, asUser)
    expect(caller).toEqual({
      ...asUser,
      ...identity,
      name: 'Ada',
      username: 'ada@x',
      email: 'ada@y',
    })
    expect(caller).toHaveProperty('claims', token.claims)
  })

  it('is an app with roles and nothing of a user', () => {
    const token = verified({ name: 'Ada', email: 'ada@y', upn: 'ada' })
    expect(verifiedCallerOf(token, { kind: 'app', roles: ['All'] })).toEqual({
      kind: 'app',
      ...identity,
      roles: ['All'],
    })
  })

  it.each([
    [{}, undefined],
    [{ preferred_username: '', upn: 7, unique_name: null }, undefined],
    [{ preferred_username: 'a', upn: 'b', unique_name: 'c' }, 'a'],
    [{ preferred_username: '', upn: 'b', unique_name: 'c' }, 'b'],
    [{ unique_name: 'c' }, 'c'],
  ])('G51 has a user name for display only, from %j', (changes, username) => {
    const caller = verifiedCallerOf(verified(changes), asUser)
    expect('username' in caller).toBe(username !== undefined)
    expect(caller).toMatchObject(username === undefined ? identity : { ...identity, username })
  })

  it.each(['name', 'email'])('may lack %s, or have one of another type', (member) => {
    for (const value of [undefined, '', 7, null]) {
      expect(verifiedCallerOf(verified({ [member]: value }), asUser)).not.toHaveProperty(member)
    }
  })

  it('G64 is called through the client that the version of its token names', () => {
    const both = { azp: ids.web, appid: ids.daemon }
    expect(verifiedCallerOf(verified(both, '2.0'), asUser)).toMatchObject({ clientId: ids.web })
    expect(verifiedCallerOf(verified(both, '1.0'), asUser)).toMatchObject({ clientId: ids.daemon })
    expect(verifiedCallerOf(verified({}, '1.0'), asUser)).toMatchObject({ clientId: ids.web })
  })

  it.each([
    ['oid', '2.0', { oid: 7 }, 'oid 7'],
    ['sub', '2.0', { sub: '' }, 'sub ""'],
    ['azp', '2.0', { azp: undefined, appid: ids.web }, 'azp nothing'],
    ['appid', '1.0', { azp: undefined }, 'appid nothing'],
  ] as const)('is nobody without %s in a version %s token', (claim, version, changes, found) => {
    expect(verifiedCallerOf(verified(changes, version), asUser)).toEqual({
      reason: 'claims-malformed',
      found,
      expected: `${claim}, a string`,
      cure: expect.stringMatching(/Ask for the token at the Microsoft identity platform/),
    })
  })
})
