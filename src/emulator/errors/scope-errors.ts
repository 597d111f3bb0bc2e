import { AadstsError } from './aadsts-error.js'

/** Refusals that concern what was asked for: scopes and the resources behind them. */

export function scopeInvalid(scope: string, reason?: string): AadstsError {
  return new AadstsError({
    code: 70011,
    error: 'invalid_scope',
    message: `The provided request must include a 'scope' input parameter. The provided value for the input parameter 'scope' is not valid. ${reason ?? `The scope '${scope}' is not valid.`}`,
  })
}

export function defaultMixed(scope: string): AadstsError {
  return scopeInvalid(
    scope,
    `The scope '${scope}' is not valid. .default scope can't be combined with resource-specific scopes.`,
  )
}

export function severalResources(scope: string): AadstsError {
  return new AadstsError({
    code: 28000,
    error: 'invalid_request',
    message: `Provided value for the input parameter scope is not valid because it contains more than one resource. Scope '${scope}' is not valid.`,
  })
}

export function scopeWithoutResource(): AadstsError {
  return new AadstsError({
    code: 28002,
    error: 'invalid_scope',
    message:
      'Provided value for the input parameter scope is not valid when requesting an access token. Please specify a valid scope.',
  })
}

export function scopeEmptyForCode(): AadstsError {
  return new AadstsError({
    code: 28003,
    error: 'invalid_scope',
    message:
      'Provided value for the input parameter scope cannot be empty when requesting an access token using the provided authorization code. Please specify a valid scope.',
  })
}

export function resourceNotFound(resource: string, tenantName: string): AadstsError {
  return new AadstsError({
    code: 500011,
    error: 'invalid_resource',
    message: `The resource principal named ${resource} was not found in the tenant named ${tenantName}. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You might have sent your authentication request to the wrong tenant.`,
  })
}

export function scopeUnknown(options: {
  client: string
  scope: string
  resource: string
  error: 'invalid_client' | 'invalid_scope'
}): AadstsError {
  const { client, scope, resource, error } = options
  return new AadstsError({
    code: 650053,
    error,
    message: `The application '${client}' asked for scope '${scope}' that doesn't exist on the resource '${resource}'. Contact the app vendor.`,
  })
}

/** The API that `resource` names and the one that the scopes name are not the same. */
export function resourceMismatch(): AadstsError {
  return new AadstsError({
    code: 9010010,
    error: 'invalid_target',
    message:
      "The resource parameter provided in the request doesn't match with the requested scopes.",
  })
}

export function defaultScopeRequired(scope: string): AadstsError {
  return new AadstsError({
    code: 1002012,
    error: 'invalid_scope',
    message: `The provided value for scope ${scope} is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI).`,
  })
}

export function ownResourceByName(appId: string): AadstsError {
  return new AadstsError({
    code: 90009,
    error: 'invalid_request',
    message: `Application '${appId}' is requesting a token for itself. This scenario is supported only if resource is specified using the GUID based App Identifier.`,
  })
}
