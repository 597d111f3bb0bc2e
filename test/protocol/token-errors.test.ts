import { describe, expect, it } from '@jest/globals'
import { adminConsentUrl } from '../../src/protocol/admin-consent.js'
import { authorityOf } from '../../src/protocol/authority.js'
import {
  AdminConsentRequiredError,
  CallerTokenRejectedError,
  ConsentRequiredError,
  CredentialRejectedError,
  InteractionRequiredError,
  NotDelegatedError,
  RequestRefusedError,
  ThrottledError,
  type TokenRefusal,
} from '../../src/protocol/token-errors.js'

const refusal: TokenRefusal = {
  message: 'The platform refused a token.',
  resource: 'https://graph.microsoft.com',
  scopes: ['https://graph.microsoft.com/User.Read'],
  aadsts: [65001],
  oauthError: 'invalid_grant',
  suberror: 'consent_required',
  correlationId: '6a1b2c3d-0000-4000-8000-00000000a002',
  traceId: '6a1b2c3d-0000-4000-8000-00000000a001',
  timestamp: undefined,
}
const claims = '{"access_token":{"acrs":{"essential":true,"value":"c1"}}}'
const url = 'https://login.microsoftonline.com/contoso.com/v2.0/adminconsent'

describe('what a failed token request answers', () => {
  it.each([
    [
      'ERR_ENTRA_INTERACTION_REQUIRED',
      401,
      new InteractionRequiredError({ ...refusal, claims, next: 'sign-in' }),
    ],
    ['ERR_ENTRA_CONSENT_REQUIRED', 401, new ConsentRequiredError({ ...refusal, claims })],
    [
      'ERR_ENTRA_ADMIN_CONSENT_REQUIRED',
      401,
      new AdminConsentRequiredError({ ...refusal, adminConsentUrl: url }),
    ],
    ['ERR_ENTRA_CREDENTIAL_REJECTED', 500, new CredentialRejectedError(refusal)],
    [
      'ERR_ENTRA_REQUEST_REFUSED',
      500,
      new RequestRefusedError({ ...refusal, reason: 'configuration' }),
    ],
    ['ERR_ENTRA_REQUEST_REFUSED', 403, new RequestRefusedError({ ...refusal, reason: 'denied' })],
    ['ERR_ENTRA_THROTTLED', 503, new ThrottledError({ ...refusal, retryAfterSeconds: 7 })],
    ['ERR_ENTRA_TOKEN_INVALID', 401, new CallerTokenRejectedError(refusal)],
  ])('R13 %s has status %i and tells what an administrator asks for', (code, status, error) => {
    expect(error).toMatchObject({ code, status, statusCode: status, expose: status < 500 })
    const { message: _message, ...fields } = refusal
    expect(error).toMatchObject(fields)
    expect(error.cause).toBeUndefined()
    expect(Object.isFrozen(error.scopes) && Object.isFrozen(error.aadsts)).toBe(true)
  })

  it('R13 R14 tells the outcomes of consent apart, with the page for the administrator', () => {
    const error = new AdminConsentRequiredError({ ...refusal, adminConsentUrl: url })
    expect(error).not.toBeInstanceOf(ConsentRequiredError)
    expect(error.adminConsentUrl).toBe(url)
  })

  it('T16 keeps the claims for the next sign-in', () => {
    expect(new InteractionRequiredError({ ...refusal, claims, next: 'sign-in' }).claims).toBe(
      claims,
    )
  })

  it.each([
    [7, 7],
    [undefined, 60],
    [0, 1],
    [-5, 1],
    [1e9, 3600],
  ])('T07 asks for a pause of %s seconds as %i', (retryAfterSeconds, seconds) => {
    const error = new ThrottledError({ ...refusal, retryAfterSeconds })
    expect(error.retryAfter).toBe(seconds)
    expect(error.headers).toEqual({ 'Retry-After': String(seconds) })
  })

  it("challenges the API's caller for a fresh token", () => {
    expect(new CallerTokenRejectedError(refusal).headers).toEqual({
      'WWW-Authenticate':
        'Bearer error="invalid_token", error_description="The access token was not accepted on behalf of the caller"',
      'Access-Control-Expose-Headers': 'WWW-Authenticate',
    })
  })

  it.each([
    ['app-only', 403],
    ['no-caller', 500],
    ['not-verified-here', 500],
  ] as const)('R44 explains why %s cannot be acted for, with %i', (reason, status) => {
    const error = new NotDelegatedError(reason)
    expect(error).toMatchObject({ code: 'ERR_ENTRA_NOT_DELEGATED', status, reason })
    expect(error.message).toMatch(/there is nobody to act on behalf of|was not verified/)
  })
})

describe('the admin consent page', () => {
  const request = { clientId: '5e7f2d91-6b3a-4e88-a1c4-9d0b8f7e6a52', scopes: [] }

  it('R15 R30 is of the tenant and asks for .default when nothing is listed', () => {
    const authority = authorityOf('contoso.onmicrosoft.com')
    expect(adminConsentUrl({ ...request, authority })).toBe(
      'https://login.microsoftonline.com/contoso.onmicrosoft.com/v2.0/adminconsent' +
        '?client_id=5e7f2d91-6b3a-4e88-a1c4-9d0b8f7e6a52&scope=https%3A%2F%2Fgraph.microsoft.com%2F.default',
    )
  })

  it('R11 R15 takes listed scopes, a redirect URI and a state, in the configured cloud', () => {
    const authority = authorityOf('contoso.com', 'https://login.microsoftonline.us')
    const scopes = ['https://graph.microsoft.us/User.Read', 'openid']
    const redirectUri = 'https://app.contoso.com/auth/admin?a=1'
    const page = new URL(
      adminConsentUrl({ ...request, authority, scopes, redirectUri, state: 'x&y' }),
    )
    expect(page.origin).toBe('https://login.microsoftonline.us')
    expect(page.search).not.toContain('+')
    expect(Object.fromEntries(page.searchParams)).toEqual({
      client_id: request.clientId,
      scope: 'https://graph.microsoft.us/User.Read openid',
      redirect_uri: redirectUri,
      state: 'x&y',
    })
  })

  it('is of organizations for common, which the page does not take', () => {
    const address = adminConsentUrl({ ...request, authority: authorityOf('common') })
    expect(new URL(address).pathname).toBe('/organizations/v2.0/adminconsent')
  })
})
