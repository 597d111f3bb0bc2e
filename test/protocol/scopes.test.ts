import { describe, expect, it } from '@jest/globals'
import { ScopesInvalidError } from '../../src/protocol/scopes-invalid-error.js'
import {
  defaultScopeOf,
  fromResourceParameter,
  parseScope,
  parseScopes,
} from '../../src/protocol/scopes.js'

const graph = 'https://graph.microsoft.com'
const apiId = '1c8b5a3e-0f4d-4c2b-8e19-7a6d9b3f2c10'

function refusalOf(action: () => unknown): ScopesInvalidError {
  try {
    action()
  } catch (error) {
    if (error instanceof ScopesInvalidError) return error
    throw error
  }
  throw new Error('nothing was refused')
}

describe('parsing a scope', () => {
  it.each([
    ['https://graph.microsoft.com/Calendars.Read', graph, 'Calendars.Read'],
    ['https://outlook.office.com/Mail.Read', 'https://outlook.office.com', 'Mail.Read'],
    ['https://vault.azure.net/user_impersonation', 'https://vault.azure.net', 'user_impersonation'],
    ['https://contoso.com/.default', 'https://contoso.com', '.default'],
    ['https://contoso.com/api/v1/Things.Read', 'https://contoso.com/api/v1', 'Things.Read'],
    [`api://${apiId}/access_as_user`, `api://${apiId}`, 'access_as_user'],
    [`api://contoso/${apiId}/.default`, `api://contoso/${apiId}`, '.default'],
    [`${apiId}/.default`, apiId, '.default'],
    ['urn:contoso:orders/Orders.Read', 'urn:contoso:orders', 'Orders.Read'],
  ])('R10 splits %s at the last slash', (text, resource, permission) => {
    expect(parseScope(text, graph)).toMatchObject({ resource, permission, isOidc: false, text })
  })

  it.each([
    ['https://management.azure.com//.default', 'https://management.azure.com/'],
    ['https://management.core.windows.net//.default', 'https://management.core.windows.net/'],
    ['https://contoso.com//Things.Read', 'https://contoso.com/'],
  ])("R10 R29 keeps the resource's own trailing slash in %s", (text, resource) => {
    expect(parseScope(text, graph)).toMatchObject({ resource, text })
  })

  it.each([
    ['User.Read', 'https://graph.microsoft.com/User.Read'],
    ['.default', 'https://graph.microsoft.com/.default'],
    ['00000003-0000-0000-c000-000000000000/User.Read', 'https://graph.microsoft.com/User.Read'],
    ['HTTPS://Graph.Microsoft.com/User.Read', 'https://graph.microsoft.com/User.Read'],
  ])('R11 takes %s for Microsoft Graph', (text, full) => {
    expect(parseScope(text, graph)).toMatchObject({ resource: graph, text: full })
  })

  it('R11 takes a scope without a resource for Graph of the configured cloud', () => {
    const chinese = 'https://microsoftgraph.chinacloudapi.cn'
    expect(parseScope('User.Read', chinese).text).toBe(`${chinese}/User.Read`)
  })

  it('keeps the case of a permission', () => {
    expect(parseScope('api://orders/Orders.READ', graph).permission).toBe('Orders.READ')
  })

  it.each(['openid', 'profile', 'email', 'offline_access'])('R18 knows %s', (name) => {
    expect(parseScope(name, graph)).toMatchObject({ isOidc: true, text: name })
    expect(parseScope(`${graph}/${name}`, graph)).toMatchObject({ isOidc: true, text: name })
    expect(parseScope(`api://orders/${name}`, graph).isOidc).toBe(false)
  })

  it.each(['address', 'phone', 'https://graph.microsoft.com/phone'])(
    'R18 refuses %s as not supported by the platform',
    (name) => {
      const error = refusalOf(() => parseScope(name, graph))
      expect(error.message).toContain('not supported by the Microsoft identity platform')
      expect(error.aadsts).toBe(650053)
    },
  )

  it.each([
    'User.Read\tMail.Read',
    'User.Read\nMail.Read',
    'User.Read\u0000',
    '"User.Read"',
    "api://x/\\'",
    'api://orders/größe',
    '',
  ])('refuses %j: a scope has no such characters', (text) => {
    const error = refusalOf(() => parseScope(text, graph))
    expect(error).toMatchObject({ code: 'ERR_ENTRA_SCOPES_INVALID', status: 500, aadsts: 70011 })
    expect(error.message).toMatch(/^[\x20-\x7e]+$/)
  })

  it.each([
    ['https://graph.microsoft.com', 'https://graph.microsoft.com/.default'],
    [`api://${apiId}`, `api://${apiId}/.default`],
    [apiId, `${apiId}/.default`],
    [`api://${apiId}/`, `api://${apiId}/.default`],
    ['resource=https://vault.azure.net', 'https://vault.azure.net/.default'],
  ])('refuses %s, a resource without a permission, and says %s', (text, cure) => {
    const error = refusalOf(() => parseScope(text, graph))
    expect(error.message).toContain('names a resource without a permission')
    expect(error.cure).toContain(`"${cure}"`)
  })

  it.each(['graph.microsoft.com/User.Read', '/User.Read', 'orders/Orders.Read'])(
    'refuses %s: its resource is neither a URI nor a GUID',
    (text) => {
      expect(refusalOf(() => parseScope(text, graph)).aadsts).toBe(500011)
    },
  )

  it('reads a string and an array alike', () => {
    const texts = (input: string | readonly string[]) =>
      parseScopes(input, graph).map((s) => s.text)
    const expected = ['openid', `${graph}/User.Read`, `${graph}/Mail.Read`]
    expect(texts('openid User.Read  Mail.Read ')).toEqual(expected)
    expect(texts(['openid', 'User.Read Mail.Read'])).toEqual(expected)
  })

  it('refuses what is no text', () => {
    const input = ['User.Read', null] as unknown as string[] // as a JavaScript caller may
    expect(refusalOf(() => parseScopes(input, graph)).message).toContain('null rather than text')
  })
})

describe('the .default scope of a resource', () => {
  it.each([
    ['https://contoso.com', 'https://contoso.com/.default'],
    ['https://graph.microsoft.com', 'https://graph.microsoft.com/.default'],
    [apiId, `${apiId}/.default`],
    [`api://${apiId}`, `api://${apiId}/.default`],
    ['https://contoso.com/', 'https://contoso.com//.default'],
    ['https://management.azure.com/', 'https://management.azure.com//.default'],
  ])('R28 R29 of %s is exactly %s', (resource, scope) => {
    expect(defaultScopeOf(resource)).toBe(scope)
    expect(parseScope(scope, graph).resource).toBe(resource)
  })

  it.each([
    ['https://graph.microsoft.com', 'https://graph.microsoft.com/.default'],
    ['https://management.azure.com/', 'https://management.azure.com//.default'],
    ['resource=https://graph.microsoft.com', 'https://graph.microsoft.com/.default'],
    ['resource=https%3A%2F%2Fmanagement.azure.com%2F', 'https://management.azure.com//.default'],
  ])('R28 comes from the v1.0 resource parameter %s', (parameter, scope) => {
    expect(fromResourceParameter(parameter)).toBe(scope)
  })

  it.each(['', 'resource=', 'https://a b', 'https://graph.microsoft.com/.default'])(
    'R28 is refused for %j',
    (resource) => {
      expect(refusalOf(() => fromResourceParameter(resource)).aadsts).toBe(70011)
    },
  )
})
