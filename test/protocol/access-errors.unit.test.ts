import { inspect } from 'node:util'
import { describe, expect, it } from '@jest/globals'
import {
  AccessDeniedError,
  ClaimsRequiredError,
  RequestInvalidError,
  ScopeMissingError,
  TokenInvalidError,
  TokenMissingError,
} from '../../src/protocol/access-errors.js'
import { authorityOf } from '../../src/protocol/authority.js'
import { refusalDescriptions, shown, type Explanation } from '../../src/protocol/refusal-reason.js'

const context = { resourceMetadata: 'https://api.example/meta' }
const meta = 'resource_metadata="https://api.example/meta"'
const because = (reason: Explanation['reason']): Explanation => ({
  reason,
  found: 'secret detail',
  expected: 'something else',
  cure: 'change it',
})
const challengeOf = (refusal: { headers: Readonly<Record<string, string>> }) =>
  refusal.headers['WWW-Authenticate']

describe('the answer of a refusal', () => {
  it('is bare when there was no token (RFC 6750 section 3.1)', () => {
    const refusal = new TokenMissingError(because('no-token'), context)
    expect(refusal).toMatchObject({
      name: 'TokenMissingError',
      code: 'ERR_ENTRA_TOKEN_MISSING',
      status: 401,
      reason: 'no-token',
      message: 'The request carries no bearer token.',
    })
    expect(challengeOf(refusal)).toBe(`Bearer ${meta}`)
    expect(challengeOf(new TokenMissingError(because('no-token')))).toBe('Bearer')
  })

  it('is invalid_request when the header is at fault', () => {
    const refusal = new RequestInvalidError(because('duplicate-header'), context)
    expect(refusal).toMatchObject({ code: 'ERR_ENTRA_REQUEST_INVALID', status: 400 })
    expect(challengeOf(refusal)).toBe(
      `Bearer error="invalid_request", error_description="The request carries more than one Authorization header", ${meta}`,
    )
  })

  it('is invalid_token when the token is at fault', () => {
    const refusal = new TokenInvalidError(because('expired'), context)
    expect(refusal).toMatchObject({ code: 'ERR_ENTRA_TOKEN_INVALID', status: 401 })
    expect(challengeOf(refusal)).toBe(
      `Bearer error="invalid_token", error_description="The access token has expired", ${meta}`,
    )
  })

  it('is insufficient_scope, with the scopes, when a known caller is refused', () => {
    const missing = new ScopeMissingError(because('scope-missing'), { ...context, scope: 'A B' })
    expect(missing).toMatchObject({ code: 'ERR_ENTRA_SCOPE_MISSING', status: 403, scope: 'A B' })
    expect(challengeOf(missing)).toBe(
      `Bearer error="insufficient_scope", error_description="The access token lacks a required scope", scope="A B", ${meta}`,
    )
    const denied = new AccessDeniedError(because('client-refused'), { ...context, scope: 'A' })
    expect(denied).toMatchObject({ code: 'ERR_ENTRA_ACCESS_DENIED', status: 403 })
    expect(challengeOf(denied)).toBe(
      `Bearer error="insufficient_scope", error_description="This resource does not accept this client", scope="A", ${meta}`,
    )
  })

  it('G70 is insufficient_claims, with the claims, when the user must meet more', () => {
    const refusal = new ClaimsRequiredError(because('auth-context-missing'), {
      ...context,
      authority: authorityOf('contoso.com'),
      clientId: 'api',
      claims: '{"a":1}',
    })
    expect(refusal).toMatchObject({
      code: 'ERR_ENTRA_CLAIMS_REQUIRED',
      status: 401,
      claims: '{"a":1}',
    })
    expect(challengeOf(refusal)).toBe(
      'Bearer realm="contoso.com", ' +
        'authorization_uri="https://login.microsoftonline.com/contoso.com/oauth2/authorize", client_id="api", ' +
        'error="insufficient_claims", error_description="The user must sign in again to meet a further requirement", ' +
        `claims="eyJhIjoxfQ==", ${meta}`,
    )
  })

  it('O02 keeps its explanation for the developer who asks for it', () => {
    const given = { ...because('expired') }
    const refusal = new TokenInvalidError(given)
    expect(refusal.explanation).toEqual(given)
    expect(refusal.explanation).not.toBe(given)
    expect(Object.isFrozen(refusal.explanation)).toBe(true)
    for (const print of [inspect(refusal), JSON.stringify(refusal), refusal.message]) {
      expect(print).not.toContain('secret detail')
    }
  })
})

describe('the text of a refusal', () => {
  // Senders may rely on these words: a change of one is a change for them.
  it('G69 comes from this closed set', () => {
    expect(refusalDescriptions).toEqual({
      'no-token': 'The request carries no bearer token',
      'other-scheme': 'The request carries no bearer token',
      'duplicate-header': 'The request carries more than one Authorization header',
      'header-syntax': 'The Authorization header is not a well-formed bearer token',
      'too-large': 'The access token is too large',
      'not-a-jwt': 'The access token is not a well-formed JSON Web Token',
      algorithm: 'The access token is not signed with an accepted algorithm',
      'header-unsupported': 'The access token has a header parameter that is not accepted',
      'token-type': 'The token is not an access token',
      'key-id': 'The access token does not name its signing key',
      'claims-malformed': 'The access token lacks a claim or has one of the wrong type',
      version: 'The access token is of an unknown version',
      issuer: 'The access token was issued by another authority',
      tenant: 'The access token does not name its tenant as its issuer does',
      'tenant-not-allowed': 'The access token was issued in a tenant that is not accepted',
      audience: 'The access token was issued for another API',
      'key-unknown': 'The access token is signed with an unknown key',
      'key-issuer': 'The access token is signed with a key of another issuer',
      signature: 'The signature of the access token is not valid',
      expired: 'The access token has expired',
      'not-yet-valid': 'The access token is not valid yet',
      'id-token': 'The token is an ID token, not an access token',
      'bound-token': 'The access token is bound to a key that was not proven',
      'kind-unclear': 'The access token is neither a user token nor an app-only token',
      'no-permissions': 'The access token carries neither scopes nor roles',
      'user-refused': 'This resource does not accept calls on behalf of a user',
      'app-refused': 'This resource accepts calls on behalf of a user only',
      'scope-missing': 'The access token lacks a required scope',
      'user-role-missing': 'The user lacks a required role',
      'app-role-missing': 'The app lacks a required role',
      'group-missing': 'The user is not a member of a required group',
      'groups-unresolved': 'The group memberships of the user could not be determined',
      'guest-refused': 'This resource does not accept guests',
      'client-refused': 'This resource does not accept this client',
      'auth-context-missing': 'The user must sign in again to meet a further requirement',
      'check-refused': 'The request was refused',
    })
    expect(Object.isFrozen(refusalDescriptions)).toBe(true)
  })

  it.each([
    ['x'.repeat(120), `"${'x'.repeat(120)}"`],
    [' ~', '" ~"'],
    ['\u001f\u007f', '"??"'],
    [false, 'false'],
    [0n, 'an object'],
  ])('O03 shows claim values printable and short: %p', (value: unknown, text) => {
    expect(shown(value)).toBe(text)
  })
})
