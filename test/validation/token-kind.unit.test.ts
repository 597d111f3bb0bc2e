import { describe, expect, it } from '@jest/globals'
import {
  carriesPermission,
  foreignKindFault,
  tokenKindOf,
} from '../../src/validation/token-kind.js'

describe('the kind of a token', () => {
  const scp = 'Tasks.Read'
  const twin = { oid: 'same', sub: 'same' }
  const pair = { oid: 'one', sub: 'other' }

  it.each([
    [{ scp }, 'user'],
    [{ scp, idtyp: 'user' }, 'user'],
    [{ scp, ...twin }, 'user'],
    [{ scp: '' }, 'user'],
    [{ idtyp: 'app' }, 'app'],
    [{ idtyp: 'app', ...pair }, 'app'],
    [{ ...twin }, 'app'],
    [{ ...pair }, 'refused'],
    [{ scp, idtyp: 'app', ...twin }, 'refused'],
    [{ scp, idtyp: null }, 'refused'],
    [{ scp, idtyp: 'User' }, 'refused'],
    [{ idtyp: 'user', ...twin }, 'refused'],
    [{ idtyp: null, ...twin }, 'refused'],
    [{ idtyp: 'App', ...twin }, 'refused'],
  ])('G61 G63 of %j is %s', (claims, kind) => {
    expect(tokenKindOf(claims).kind).toBe(kind)
  })

  it('is given with what the token permits, which nobody can change', () => {
    const user = tokenKindOf({ scp: ' a  b ', roles: ['r', 7, null, ['x']] })
    expect(user).toEqual({ kind: 'user', scopes: ['a', 'b'], roles: ['r'] })
    const app = tokenKindOf({ idtyp: 'app', roles: ['r'] })
    expect(app).toEqual({ kind: 'app', roles: ['r'] })
    if (user.kind !== 'user' || app.kind !== 'app') throw new Error('another kind')
    expect([user.scopes, user.roles, app.roles].every(Object.isFrozen)).toBe(true)
  })

  it.each([7, null, ['Tasks.Read'], {}])('G60 is not told from scopes like %j', (scopes) => {
    expect(tokenKindOf({ scp: scopes, ...twin })).toMatchObject({
      kind: 'refused',
      explanation: {
        reason: 'claims-malformed',
        found: expect.stringMatching(/^scp \w/),
        expected: 'scp, a string',
        cure: expect.stringMatching(/Ask for the token at the Microsoft identity platform/),
      },
    })
  })

  it.each(['r', { 0: 'r', length: 1 }, null, undefined, 7])(
    'G62 comes without roles when they are %j',
    (roles) => {
      expect(tokenKindOf({ scp, roles })).toEqual({ kind: 'user', scopes: [scp], roles: [] })
    },
  )

  it('that is unclear is explained by what was found', () => {
    expect(tokenKindOf({ scp, idtyp: 'device' })).toEqual({
      kind: 'refused',
      explanation: {
        reason: 'kind-unclear',
        found: 'idtyp "device", scp present',
        expected: expect.stringMatching(/user token \(scp\) or an app-only token/),
        cure: expect.stringMatching(/optional claim idtyp/),
      },
    })
    expect(tokenKindOf({ ...pair, azp: 'client' })).toMatchObject({
      explanation: { reason: 'kind-unclear', found: 'idtyp nothing, scp absent' },
    })
  })

  it('G55 that names neither scopes nor a client is an ID token, with roles or without', () => {
    for (const roles of [undefined, ['r']]) {
      expect(tokenKindOf({ ...pair, roles })).toEqual({
        kind: 'refused',
        explanation: {
          reason: 'id-token',
          found: 'a token without scp, idtyp, azp and appid',
          expected: 'an access token',
          cure: expect.stringMatching(/Send the access_token of the token response/),
        },
      })
    }
  })

  it.each([{ azp: 'c' }, { appid: 'c' }, { azp: null }, { idtyp: 'user' }, { idtyp: null }])(
    'is not told to be an ID token with %j',
    (more) => {
      expect(tokenKindOf({ ...pair, ...more })).toMatchObject({
        kind: 'refused',
        explanation: { reason: 'kind-unclear' },
      })
    },
  )
})

describe('whether a token permits anything', () => {
  it.each([
    [{ scp: 'a' }, true],
    [{ scp: 7 }, true],
    [{ scp: '', roles: ['r'] }, true],
    [{ roles: [7] }, true],
    [{ roles: 'r' }, true],
    [{ roles: {} }, true],
    [{}, false],
    [{ scp: '' }, false],
    [{ roles: [] }, false],
    [{ roles: '' }, false],
    [{ roles: null }, false],
    [{ scp: '', roles: [] }, false],
  ])('%j: %j', (claims, permits) => {
    expect(carriesPermission(claims)).toBe(permits)
  })
})

describe('a token that is not meant for an API', () => {
  it.each(['nonce', 'at_hash', 'c_hash', 'events'])(
    'G55 G56 is told from an access token by %s, whatever its value',
    (mark) => {
      for (const value of ['x', undefined, null]) {
        expect(foreignKindFault({ scp: 'a', [mark]: value })).toEqual({
          reason: 'id-token',
          found: `a token with ${mark}`,
          expected: 'an access token',
          cure: expect.stringMatching(/Send the access_token of the token response/),
        })
      }
    },
  )

  it('G58 may be bound to a key', () => {
    expect(foreignKindFault({ scp: 'a', cnf: {} })).toEqual({
      reason: 'bound-token',
      found: expect.stringMatching(/bound to a key \(cnf\)/),
      expected: 'a bearer token',
      cure: expect.stringMatching(/plain bearer token/),
    })
  })

  it('is not found in what every object inherits', () => {
    expect(foreignKindFault({ scp: 'a' })).toBeUndefined()
    const heir: Record<string, unknown> = Object.create({
      nonce: 'n',
      cnf: {},
    }) as object as Record<string, unknown> // an object without members of its own
    expect(foreignKindFault(heir)).toBeUndefined()
  })
})
