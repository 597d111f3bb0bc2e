import type { Authority } from '../protocol/authority.js'
import { issuerOf, issuerTemplatesOf, tenantInIssuer } from '../protocol/issuers.js'
import { shown } from '../protocol/refusal-reason.js'
import { isGuid } from '../protocol/tenant.js'
import type { IssuedClaims } from './jwt-claims.js'
import { JwtInvalid } from './jwt-invalid.js'
import type { Metadata } from './metadata.js'

/**
 * Refuses, from configuration alone, a token that another authority issued: before its metadata is
 * fetched, and before any cryptography. The function it returns throws JwtInvalid.
 */
export function createIssuerCheck(authority: Authority): (issued: IssuedClaims) => void {
  const templates = {
    '1.0': issuerTemplatesOf(authority, '1.0'),
    '2.0': issuerTemplatesOf(authority, '2.0'),
  }
  return (issued) => {
    checkIssuer(authority, issued, templates[issued.version])
  }
}

function checkIssuer(
  authority: Authority,
  issued: IssuedClaims,
  templates: readonly string[],
): void {
  const tenantId = tenantInIssuer(templates, issued.issuer)
  const isOwn = isGuid(tenantId) && (authority.tenantId ?? tenantId) === tenantId
  if (!isOwn)
    throw foreign(
      issued,
      templates.map((template) => expectedIssuer(authority, template)),
    )
  if (
    issued.tenantId === undefined ? authority.policy === undefined : issued.tenantId !== tenantId
  ) {
    throw new JwtInvalid({
      reason: 'tenant',
      found: `tid ${shown(issued.tenantId)} in a token of ${shown(issued.issuer)}`,
      expected: `tid ${shown(tenantId)}, as in iss`,
      cure: 'Ask for the token at the Microsoft identity platform.',
    })
  }
}

/**
 * Compares the whole issuer with what the metadata names, and returns the tenant in it.
 *
 * @throws JwtInvalid
 * @see https://learn.microsoft.com/entra/identity-platform/access-tokens#validate-the-issuer
 */
export function checkTenant(
  authority: Authority,
  metadata: Metadata,
  issued: IssuedClaims,
): string {
  const tenantId = issued.tenantId ?? metadata.tenantId
  if (tenantId === undefined || issuerOf(metadata.issuer, tenantId) !== issued.issuer) {
    throw foreign(issued, [expectedIssuer(authority, metadata.issuer)])
  }
  return tenantId
}

function expectedIssuer(authority: Authority, issuer: string): string {
  return authority.tenantId === undefined ? issuer : issuerOf(issuer, authority.tenantId)
}

function foreign(issued: IssuedClaims, expected: readonly string[]): JwtInvalid {
  return new JwtInvalid({
    reason: 'issuer',
    found: `iss ${shown(issued.issuer)} in a version ${issued.version} token`,
    expected: expected.map((issuer) => `iss ${shown(issuer)}`).join(' or '),
    cure:
      'Ask for the token at the tenant and cloud that this API is configured with, or change tenant and ' +
      "authorityHost. An API for several tenants sets tenant 'organizations' or 'common' and lists them in tenants.",
  })
}
