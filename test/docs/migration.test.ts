import { readFileSync } from 'node:fs'
import { describe, expect, it } from '@jest/globals'

/** The options of passport-azure-ad 4, as its README and its source name them. */
const bearerStrategy = [
  'identityMetadata',
  'clientID',
  'passReqToCallback',
  'isB2C',
  'policyName',
  'validateIssuer',
  'issuer',
  'allowMultiAudiencesInToken',
  'scope',
  'audience',
  'loggingLevel',
  'loggingNoPII',
  'clockSkew',
  'proxy',
]
const oidcStrategy = [
  'identityMetadata',
  'clientID',
  'responseType',
  'responseMode',
  'redirectUrl',
  'passReqToCallback',
  'allowHttpForRedirectUrl',
  'clientSecret',
  'thumbprint',
  'privatePEMKey',
  'isB2C',
  'validateIssuer',
  'issuer',
  'jweKeyStore',
  'useCookieInsteadOfSession',
  'cookieEncryptionKeys',
  'cookieSameSite',
  'scope',
  'loggingLevel',
  'loggingNoPII',
  'nonceLifetime',
  'nonceMaxAmount',
  'clockSkew',
  'proxy',
]
const authenticate = [
  'failureRedirect',
  'session',
  'customState',
  'resourceURL',
  'tenantIdOrName',
  'domain_hint',
  'login_hint',
  'prompt',
  'extraAuthReqQueryParams',
  'extraTokenReqQueryParams',
  'response',
]

/** What stands in the first column of the table with this heading cell. */
function firstColumn(page: string, heading: string): string {
  const lines = readFileSync(page, 'utf8').split('\n')
  const start = lines.findIndex((line) => line.startsWith(`| ${heading}`))
  const end = lines.findIndex((line, at) => at > start && !line.startsWith('|'))
  return lines
    .slice(start + 2, end)
    .map((line) => line.split('|')[1])
    .join('\n')
}

describe('docs/migrate-from-passport-azure-ad.md', () => {
  it.each([
    ['BearerStrategy', bearerStrategy],
    ['OIDCStrategy', oidcStrategy],
    ["`passport.authenticate('azuread-openidconnect', …)`", authenticate],
  ])('R47 maps every option of %s', (heading, options) => {
    const named = firstColumn('docs/migrate-from-passport-azure-ad.md', heading)
    const missing = options.filter((option) => !new RegExp('`' + option + '[`:]').test(named))
    expect(missing).toEqual([])
  })
})

describe('docs/migrate-from-msal-node.md', () => {
  it('says that the scopes of Microsoft.Identity.Web are any of them', () => {
    const text = readFileSync('docs/migrate-from-msal-node.md', 'utf8')
    expect(text).toMatch(/`\[RequiredScope\("A", "B"\)\]` lets a token with\s+any/)
    expect(text).toContain("`requireAnyScope('A', 'B')`")
  })
})
