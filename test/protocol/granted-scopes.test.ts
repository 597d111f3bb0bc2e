import { describe, expect, it } from '@jest/globals'
import { isSatisfiedBy, missingScopes } from '../../src/protocol/granted-scopes.js'
import { planScopes } from '../../src/protocol/scope-plan.js'

const graph = 'https://graph.microsoft.com'
const apiId = '1c8b5a3e-0f4d-4c2b-8e19-7a6d9b3f2c10'
const wanted = (scopes: string) => planScopes(scopes, { graphResource: graph, purpose: 'user' })

describe('granted compared with wanted', () => {
  it.each([
    ['User.Read', `email openid profile ${graph}/User.Read`],
    ['User.Read', 'user.read openid'],
    ['User.Read', '00000003-0000-0000-c000-000000000000/User.Read'],
    ['User.Read Mail.Read', `${graph}/mail.read ${graph}/User.Read ${graph}/People.Read`],
    [`api://${apiId}/access_as_user`, `API://${apiId}/access_as_user`],
    [`${apiId}/access_as_user`, `api://${apiId}/access_as_user`],
    ['User.Read offline_access openid', 'User.Read'],
  ])('R34 finds %s in "%s"', (scopes, granted) => {
    expect(missingScopes(wanted(scopes), granted)).toEqual([])
    expect(isSatisfiedBy(wanted(scopes), granted)).toBe(true)
  })

  it('R34 T24 names what is missing, fully qualified', () => {
    const granted = `openid ${graph}/User.Read`
    expect(missingScopes(wanted('User.Read Mail.Read Mail.Send'), granted)).toEqual([
      `${graph}/Mail.Read`,
      `${graph}/Mail.Send`,
    ])
  })

  it('R34 does not take the permission of another API for the wanted one', () => {
    expect(isSatisfiedBy(wanted('Mail.Read'), 'https://outlook.office.com/Mail.Read')).toBe(false)
    expect(isSatisfiedBy(wanted('api://orders/Mail.Read'), 'Mail.Read')).toBe(false)
  })

  it('R34 is content with a .default echo, its double slash kept', () => {
    const arm = wanted('https://management.core.windows.net//.default')
    const echo =
      'https://management.core.windows.net//user_impersonation https://management.core.windows.net//.default'
    expect(missingScopes(arm, echo)).toEqual([])
  })

  it('R34 R35 is content with any scope of the resource when .default was wanted', () => {
    expect(isSatisfiedBy(wanted('.default'), 'openid User.Read')).toBe(true)
  })

  it('R34 sees that .default brought nothing for the resource', () => {
    const granted = 'openid profile api://orders/Orders.Read'
    expect(missingScopes(wanted('.default'), granted)).toEqual([`${graph}/.default`])
    expect(missingScopes(wanted('.default'), '')).toEqual([`${graph}/.default`])
  })

  it('R34 R37 does not take the .default echo for a permission in particular', () => {
    const granted = `${graph}/User.Read ${graph}/.default`
    expect(missingScopes(wanted('Mail.Read'), granted)).toEqual([`${graph}/Mail.Read`])
  })

  it('takes an answer without scope for all that was asked (RFC 6749 section 5.1)', () => {
    expect(missingScopes(wanted('Mail.Read'), undefined)).toEqual([])
  })

  it('survives an unreadable scope from the wire', () => {
    expect(missingScopes(wanted('Mail.Read'), '/ // "" \u0000 Mail.Read')).toEqual([])
  })
})
