import { describe, expect, it } from '@jest/globals'
import { planScopes, type ScopePlan } from '../../src/protocol/scope-plan.js'
import type { ScopePlanContext, ScopePurpose } from '../../src/protocol/scope-purpose.js'
import { ScopesInvalidError } from '../../src/protocol/scopes-invalid-error.js'

const graph = 'https://graph.microsoft.com'
const orders = 'api://7e0c6a52-7c1e-4d0b-9b7a-2a6d5b8e1c33'
const clientId = '5e7f2d91-6b3a-4e88-a1c4-9d0b8f7e6a52'
const purposes = ['sign-in', 'user', 'on-behalf-of', 'app', 'admin-consent'] as const

type Scopes = string | readonly string[]

function plan(
  purpose: ScopePurpose,
  scopes: Scopes,
  more: Partial<ScopePlanContext> = {},
): ScopePlan {
  return planScopes(scopes, { graphResource: graph, clientId, purpose, ...more })
}

function refusal(purpose: ScopePurpose, scopes: Scopes, more: Partial<ScopePlanContext> = {}) {
  try {
    plan(purpose, scopes, more)
  } catch (error) {
    if (error instanceof ScopesInvalidError) return error
    throw error
  }
  throw new Error(`${purpose} accepted ${String(scopes)}`)
}

describe('one plan for one meaning', () => {
  it('R11 plans User.Read, its full name and its name by GUID alike', () => {
    const names = [
      'User.Read',
      `${graph}/User.Read`,
      '00000003-0000-0000-c000-000000000000/User.Read',
    ]
    const plans = names.map((name) => plan('user', name))
    expect(plans[0]).toMatchObject({ resource: graph, scopes: [`${graph}/User.Read`] })
    expect(plans[1]).toEqual(plans[0])
    expect(plans[2]).toEqual(plans[0])
  })

  it('R11 uses Graph of the configured cloud for every purpose', () => {
    const graphResource = 'https://graph.microsoft.us'
    for (const purpose of purposes) {
      expect(plan(purpose, '.default', { graphResource })).toMatchObject({
        resource: graphResource,
        scopes: [`${graphResource}/.default`],
      })
    }
  })

  it('T10 normalises order and duplicates and keeps the case', () => {
    const one = plan('user', 'profile Mail.Read openid User.Read mail.read')
    const other = plan('user', ['openid', 'User.Read', 'Mail.Read', 'profile', 'User.Read'])
    expect(one).toEqual(other)
    expect(one.scopes).toEqual([`${graph}/Mail.Read`, `${graph}/User.Read`])
    expect(one.oidc).toEqual(['openid', 'profile'])
  })

  it('is frozen through and through', () => {
    const made = plan('sign-in', 'User.Read')
    const parts = [made, made.scopes, made.oidc, made.resources, made.resources[0], made.warnings]
    expect(parts.every((part) => Object.isFrozen(part))).toBe(true)
  })
})

describe('.default', () => {
  it.each(purposes)('R30 works for %s', (purpose) => {
    const made = plan(purpose, 'https://vault.azure.net/.default')
    expect(made).toMatchObject({ resource: 'https://vault.azure.net', isDefault: true })
    expect(made.scopes).toEqual(['https://vault.azure.net/.default'])
  })

  it.each(purposes)('R29 R10 keeps the double slash for %s', (purpose) => {
    const made = plan(purpose, 'https://management.azure.com//.default')
    expect(made.resource).toBe('https://management.azure.com/')
    expect(made.scopes).toEqual(['https://management.azure.com//.default'])
  })

  it.each([
    'https://graph.microsoft.com/.default Mail.Read',
    'Mail.Read .default',
    `.default ${orders}/Orders.Read`,
    `.default ${orders}/.default`,
    'https://management.azure.com//.default https://management.azure.com/.default',
  ])('R32 never stands beside another scope of a resource: %s', (scopes) => {
    for (const purpose of ['sign-in', 'user', 'on-behalf-of', 'admin-consent'] as const) {
      expect(refusal(purpose, scopes).aadsts).toBe(70011)
    }
  })

  it('R32 may stand beside the OpenID Connect scopes', () => {
    const made = plan('user', '.default openid profile email offline_access')
    expect(made.scopes).toEqual([`${graph}/.default`])
    expect(made.oidc).toEqual(['openid', 'profile', 'email', 'offline_access'])
  })

  it('R36 serves its one resource, whatever else the consent page shows', () => {
    const made = plan('sign-in', 'https://vault.azure.net/.default openid')
    expect(made.resources).toEqual([
      { resource: 'https://vault.azure.net', scopes: ['https://vault.azure.net/.default'] },
    ])
  })

  it('R32 may be written twice, in two spellings', () => {
    expect(plan('user', `.default ${graph}/.default`).scopes).toEqual([`${graph}/.default`])
  })
})

describe('one token, one resource', () => {
  it.each(['user', 'on-behalf-of'] as const)('R33 refuses two resources for %s', (purpose) => {
    const error = refusal(purpose, `User.Read ${orders}/Orders.Read`)
    expect(error).toMatchObject({ code: 'ERR_ENTRA_SCOPES_INVALID', aadsts: 28000 })
    expect(error.cure).toContain('Acquire a token for each')
  })

  it('R33 lets a sign-in ask for consent to several, resource by resource', () => {
    const made = plan('sign-in', `${orders}/Orders.Read User.Read Mail.Read ${orders}/Orders.List`)
    expect(made.resource).toBe(orders)
    expect(made.resources).toEqual([
      { resource: orders, scopes: [`${orders}/Orders.List`, `${orders}/Orders.Read`] },
      { resource: graph, scopes: [`${graph}/Mail.Read`, `${graph}/User.Read`] },
    ])
  })

  it('R33 counts a resource once, however its case is written', () => {
    const made = plan('user', ['api://Orders/Orders.Read', 'API://orders/Orders.List'])
    expect(made.scopes).toEqual(['api://Orders/Orders.List', 'api://Orders/Orders.Read'])
  })
})

describe('a sign-in', () => {
  it.each(['', 'User.Read', 'profile'])('R17 always asks for openid: %j', (scopes) => {
    expect(plan('sign-in', scopes).oidc).toContain('openid')
  })

  it('R23 asks for offline_access when asked to, and only then', () => {
    expect(plan('sign-in', 'User.Read').oidc).toEqual(['openid'])
    expect(plan('sign-in', 'User.Read offline_access').oidc).toEqual(['openid', 'offline_access'])
  })

  it.each([
    'Application.ReadWrite.OwnedBy',
    'Calls.Initiate.All',
    `${graph}/CallRecords.Read.All`,
    '00000003-0000-0000-c000-000000000000/callrecords.read.all',
  ])('R16 refuses the application permission %s, however it is written', (name) => {
    for (const purpose of ['sign-in', 'user', 'admin-consent'] as const) {
      const error = refusal(purpose, name)
      expect(error.message).toContain('application permission of Microsoft Graph')
      expect(error).toMatchObject({ aadsts: 650053 })
      expect(error.cure).toContain(`"${graph}/.default"`)
      expect(error.cure).toContain('forApp()')
    }
  })

  it('R16 leaves the permissions of other APIs to the platform, which knows them', () => {
    expect(plan('sign-in', 'api://Orders/CallRecords.Read.All').warnings).toEqual([])
  })
})

describe('OpenID Connect scopes alone', () => {
  it('R19 are labelled as a token for UserInfo', () => {
    expect(plan('user', 'openid profile')).toMatchObject({
      isUserInfo: true,
      scopes: [],
      resources: [],
    })
    expect(plan('sign-in', '')).toMatchObject({ isUserInfo: true })
  })

  it('R19 beside a scope of Graph are not', () => {
    expect(plan('user', 'openid User.Read').isUserInfo).toBe(false)
  })
})

describe('a token of the app itself', () => {
  it('R31 R33 is for .default of one resource', () => {
    expect(plan('app', `${orders}/.default`).scopes).toEqual([`${orders}/.default`])
    expect(refusal('app', `${orders}/.default .default`).aadsts).toBe(70011)
  })

  it.each(['User.Read.All', `${orders}/Orders.Read.All`])('R31 refuses the role %s', (scope) => {
    const error = refusal('app', scope)
    expect(error.aadsts).toBe(1002012)
    expect(error.cure).toMatch(/"(https:\/\/graph\.microsoft\.com|api:\/\/7e0c.+)\/\.default"/)
  })

  it('names the resource itself: nothing is assumed', () => {
    expect(refusal('app', '')).toMatchObject({ aadsts: 1002012 })
  })

  it('has no user, so no OpenID Connect scope', () => {
    expect(refusal('app', '.default offline_access').aadsts).toBe(70011)
  })

  it.each(['common', 'organizations', '9188040d-6c67-4c5b-b112-36a304b66dad'])(
    'needs a concrete tenant, not %s',
    (tenant) => {
      expect(refusal('app', '.default', { tenant }).aadsts).toBe(9001023)
    },
  )

  it('is had from a concrete tenant', () => {
    expect(plan('app', '.default', { tenant: 'contoso.onmicrosoft.com' }).isDefault).toBe(true)
  })
})

describe('on behalf of a caller', () => {
  it.each([
    ['', []],
    ['offline_access', ['offline_access']],
  ])("R31 means Graph's .default when no resource is named: %j", (scopes, oidc) => {
    const made = plan('on-behalf-of', scopes)
    expect(made).toMatchObject({ resource: graph, isDefault: true, isUserInfo: false, oidc })
    expect(made.scopes).toEqual([`${graph}/.default`])
  })

  it('R31 refuses single permissions, and says which .default to ask for', () => {
    const error = refusal('on-behalf-of', `${orders}/Orders.Read`)
    expect(error.cure).toContain(`"${orders}/.default"`)
    expect(error.cure).toContain('needs')
    expect(error.aadsts).toBeUndefined()
  })

  it.each([clientId, `api://${clientId}`])('T17 refuses this API itself as target: %s', (own) => {
    expect(refusal('on-behalf-of', `${own}/.default`).message).toContain('this API itself')
  })
})

describe('what is legal and still wrong', () => {
  it('R11 asks whether a bare name that Graph lacks is one of an API', () => {
    const [warning, ...others] = plan('user', 'access_as_user').warnings
    expect(others).toEqual([])
    expect(warning).toContain('Did you mean "api://{client id of the API}/access_as_user"')
    expect(warning).toContain('AADSTS650053')
  })

  it('R11 R14 knows the name that was probably meant', () => {
    expect(plan('user', 'Groups.Read.All').warnings[0]).toContain('"Group.Read.All"')
  })

  it('R11 does not warn of names that Graph has, in any case', () => {
    const scopes =
      'User.Read mail.read Calendars.ReadWrite.Shared Sites.Selected Directory.Read.All'
    expect(plan('user', scopes).warnings).toEqual([])
    expect(plan('user', `${orders}/access_as_user`).warnings).toEqual([])
  })

  it.each(['sign-in', 'user'] as const)("R38 explains one's own .default for %s", (purpose) => {
    const made = plan(purpose, `${clientId.toUpperCase()}/.default`)
    expect(made.warnings).toEqual([expect.stringContaining('yields an ID token')])
    expect(made.warnings[0]).toContain("name the API's own identifier")
  })

  it('R38 refuses a token for oneself by URI, which the platform takes by GUID only', () => {
    const error = refusal('user', `api://${clientId}/access_as_user`)
    expect(error.aadsts).toBe(90009)
    expect(error.cure).toContain(`"${clientId}/access_as_user"`)
  })

  it('needs something to ask for', () => {
    expect(refusal('user', '').aadsts).toBe(28003)
    expect(refusal('admin-consent', 'openid').aadsts).toBe(28003)
  })
})
