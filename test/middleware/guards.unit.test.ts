import { describe, expect, it } from '@jest/globals'
import { createApiGuards } from '../../src/middleware/api-guards.js'
import { createCallers } from '../../src/middleware/callers.js'
import { NoCallerError } from '../../src/protocol/no-caller-error.js'
import type { AccessRequirement } from '../../src/validation/requirement.js'
import { ids } from '../support/ids.js'
import type { AppCaller } from '../../src/protocol/caller.js'

describe('the short forms of a guard', () => {
  const guards = createApiGuards((requirement: AccessRequirement) => requirement)

  it('say who may come and what of it is needed', () => {
    expect(guards.requireScopes('A', 'B')).toEqual({ user: { scopes: ['A', 'B'] } })
    expect(guards.requireAnyScope('A', 'B')).toEqual({ user: { anyScope: ['A', 'B'] } })
    expect(guards.requireAppRoles('A', 'B')).toEqual({ app: { roles: ['A', 'B'] } })
    expect(guards.requireAnyAppRole('A', 'B')).toEqual({ app: { anyRole: ['A', 'B'] } })
    expect(guards.requireUserRoles('A', 'B')).toEqual({ user: { roles: ['A', 'B'] } })
    expect(guards.requireAnyUserRole('A', 'B')).toEqual({ user: { anyRole: ['A', 'B'] } })
    const whole: AccessRequirement = { app: { listed: true } }
    expect(guards.requireAccess(whole)).toBe(whole)
  })
})

describe('the caller of a request', () => {
  const caller: AppCaller = {
    kind: 'app',
    tenantId: ids.contoso,
    objectId: ids.service,
    subject: ids.service,
    clientId: ids.daemon,
    roles: [],
    claims: { aud: ids.api, iss: 'issuer', exp: 1, oid: ids.service, sub: ids.service },
  }

  it('is known to the instance whose guard let it through, and to no other', () => {
    const [one, other] = [createCallers(), createCallers()]
    const request = {}
    one.remember(request, caller)
    expect(one.of(request)).toBe(caller)
    expect(one.ifAny(request)).toBe(caller)
    expect(Object.keys(request)).toEqual([])
    expect(other.ifAny(request)).toBeUndefined()
    expect(() => other.of(request)).toThrow(NoCallerError)
    expect(() => one.of({})).toThrow(NoCallerError)
  })
})
