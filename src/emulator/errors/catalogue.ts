import { AadstsError } from './aadsts-error.js'

/** The platform's refusals by what went wrong. Meanings: "Microsoft Entra authentication and authorization error codes". */

export function tenantNotFound(tenant: string): AadstsError {
  return new AadstsError({
    code: 90002,
    error: 'invalid_request',
    message: `Tenant '${tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud. Check with your subscription administrator, this may happen if there are no active subscriptions for the tenant.`,
  })
}

export function parameterMissing(name: string): AadstsError {
  return new AadstsError({
    code: 900144,
    error: 'invalid_request',
    message: `The request body must contain the following parameter: '${name}'.`,
  })
}

export function fieldMissing(name: string): AadstsError {
  return new AadstsError({
    code: 90014,
    error: 'invalid_request',
    message: `The required field '${name}' is missing from the credential. Ensure that you have all the necessary parameters for the login request.`,
  })
}

export function malformedRequest(detail: string): AadstsError {
  return new AadstsError({
    code: 9002313,
    error: 'invalid_request',
    message: `Invalid request. Request is malformed or invalid. ${detail}`,
  })
}

/** A code or refresh token that the platform has never issued. */
export function malformedGrant(): AadstsError {
  return new AadstsError({
    code: 9002313,
    error: 'invalid_grant',
    message: 'Invalid request. Request is malformed or invalid.',
  })
}

export function parameterInvalid(name: string, detail: string): AadstsError {
  return new AadstsError({
    code: 90023,
    error: 'invalid_request',
    message: `The request is not valid: ${name} ${detail}`,
  })
}

export function parameterRepeated(name: string): AadstsError {
  return parameterInvalid(name, 'is given more than once.')
}

export function resourceParameterUnsupported(): AadstsError {
  return new AadstsError({
    code: 901002,
    error: 'invalid_request',
    message: "The 'resource' request parameter is not supported.",
  })
}

export function applicationNotFound(appId: string, tenantName: string): AadstsError {
  return new AadstsError({
    code: 700016,
    error: 'unauthorized_client',
    message: `Application with identifier '${appId}' was not found in the directory '${tenantName}'. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You may have sent your authentication request to the wrong tenant.`,
  })
}

export function replyAddressMismatch(redirectUri: string, appId: string): AadstsError {
  return new AadstsError({
    code: 50011,
    error: 'invalid_request',
    message: `The redirect URI '${redirectUri}' specified in the request does not match the redirect URIs configured for the application '${appId}'. Make sure the redirect URI sent in the request matches one added to your application.`,
  })
}

export function noReplyAddress(): AadstsError {
  return new AadstsError({
    code: 900971,
    error: 'invalid_request',
    message: 'No reply address provided.',
  })
}

export function singleTenantApplication(appId: string, displayName: string): AadstsError {
  return new AadstsError({
    code: 50194,
    error: 'invalid_request',
    message: `Application '${appId}'(${displayName}) is not configured as a multi-tenant application. Usage of the /common endpoint is not supported for such apps. Use a tenant-specific endpoint or configure the application to be multi-tenant.`,
  })
}

/** The same at another tenant than its own. */
export function singleTenantElsewhere(appId: string, tenantId: string): AadstsError {
  return new AadstsError({
    code: 650059,
    error: 'unauthorized_client',
    message: `The application (appId:${appId}) is not configured for use in tenant (tenantId: ${tenantId}). The value AzureADMyOrg set for application property SignInAudience is limiting its use in the tenant.`,
  })
}

export function notForPersonalAccounts(appId: string, displayName: string): AadstsError {
  return new AadstsError({
    code: 9002332,
    error: 'invalid_request',
    message: `Application '${appId}'(${displayName}) is configured for use by Microsoft Entra users only. Please do not use the /consumers endpoint to serve this request.`,
  })
}

export function userNotInTenant(userPrincipalName: string, tenantName: string): AadstsError {
  return new AadstsError({
    code: 50020,
    error: 'interaction_required',
    message: `User account '${userPrincipalName}' does not exist in tenant '${tenantName}' and cannot access the application in that tenant. The account needs to be added as an external user in the tenant first.`,
  })
}

/** Assignment is required, and the user has none. */
export function userNotAssigned(
  userPrincipalName: string,
  displayName: string,
  error: 'interaction_required' | 'invalid_grant' = 'interaction_required',
): AadstsError {
  return new AadstsError({
    code: 50105,
    error,
    message: `Your administrator has configured the application '${displayName}' to block users unless they are specifically granted ('assigned') access to the application. The signed in user '${userPrincipalName}' is blocked because they are not a direct member of a group with access, nor had access directly assigned by an administrator.`,
  })
}

/** The same for a client that acts as itself. */
export function clientNotAssigned(client: string, resource: string): AadstsError {
  return new AadstsError({
    code: 501051,
    error: 'invalid_grant',
    message: `Application '${client}' is not assigned to a role for the application '${resource}'.`,
  })
}

export function accountDisabled(
  error: 'interaction_required' | 'invalid_grant' = 'invalid_grant',
): AadstsError {
  return new AadstsError({
    code: 50057,
    error,
    message: 'The user account is disabled.',
  })
}

export function instanceInvalid(host: string): AadstsError {
  return new AadstsError({
    code: 50049,
    error: 'invalid_instance',
    message: `Unknown or invalid instance '${host}'.`,
  })
}

export function noSession(): AadstsError {
  return new AadstsError({
    code: 50058,
    error: 'login_required',
    message: 'A silent sign-in request was sent but no user is signed in.',
  })
}

export function severalSessions(): AadstsError {
  return new AadstsError({
    code: 16000,
    error: 'interaction_required',
    message:
      'Either multiple user identities are available for the current request or selected account is not supported for the scenario.',
  })
}

export function sessionNotFound(): AadstsError {
  return new AadstsError({
    code: 160021,
    error: 'interaction_required',
    message: 'Application requested a user session which does not exist.',
  })
}

export function consentMissing(appId: string, displayName: string): AadstsError {
  return new AadstsError({
    code: 65001,
    error: 'invalid_grant',
    suberror: 'consent_required',
    message: `The user or administrator has not consented to use the application with ID '${appId}' named '${displayName}'. Send an interactive authorization request for this user and resource.`,
  })
}

/** The same answer where nobody may be asked: `/authorize` with `prompt=none`. */
export function consentMissingSilently(appId: string, displayName: string): AadstsError {
  const { message } = consentMissing(appId, displayName)
  return new AadstsError({ code: 65001, error: 'interaction_required', message })
}

/** The user has cancelled; told apart from other refusals by `error_subcode=cancel`. */
export function signInCancelled(): AadstsError {
  return new AadstsError({
    code: 65004,
    error: 'access_denied',
    subcode: 'cancel',
    message: 'User declined to consent to access the app.',
  })
}

/** The same at the admin consent endpoint. */
export function adminConsentDeclined(): AadstsError {
  const { message } = signInCancelled()
  return new AadstsError({ code: 65004, error: 'consent_required', message })
}

/** `consent_required` where nobody may be asked, `access_denied` from who saw the page and left. */
export function adminConsentNeeded(
  displayName: string,
  error: 'consent_required' | 'access_denied' = 'access_denied',
): AadstsError {
  return new AadstsError({
    code: 90094,
    error,
    message: `${displayName} needs permission to access resources in your organization that only an admin can grant. Please ask an admin to grant permission to this app before you can use it.`,
  })
}

export function clientSecretInvalid(appId: string): AadstsError {
  return new AadstsError({
    code: 7000215,
    error: 'invalid_client',
    message: `Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '${appId}'.`,
  })
}

export function credentialMissing(): AadstsError {
  return new AadstsError({
    code: 7000218,
    error: 'invalid_client',
    message:
      "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
  })
}

export function publicClientWithCredential(): AadstsError {
  return new AadstsError({
    code: 700025,
    error: 'invalid_client',
    message:
      "Client is public so neither 'client_assertion' nor 'client_secret' should be presented.",
  })
}

export function grantTypeUnsupported(grantType: string): AadstsError {
  return new AadstsError({
    code: 70003,
    error: 'unsupported_grant_type',
    message: `The app requested an unsupported grant type '${grantType}'.`,
  })
}
