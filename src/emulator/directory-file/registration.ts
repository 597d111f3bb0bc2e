import { isObject } from './json-schema.js'

/** A member of an export, where Microsoft Graph writes null for what was never set. */
type Maybe<T> = T | null | undefined

/** What the emulator reads of a Microsoft Graph `application`. */
export interface Registration {
  appId: string
  displayName: string
  signInAudience?: Maybe<string>
  publisherDomain?: Maybe<string>
  identifierUris?: Maybe<string[]>
  isFallbackPublicClient?: Maybe<boolean>
  groupMembershipClaims?: Maybe<string>
  web?: Maybe<{
    redirectUris?: Maybe<string[]>
    logoutUrl?: Maybe<string>
    implicitGrantSettings?: Maybe<{
      enableIdTokenIssuance?: Maybe<boolean>
      enableAccessTokenIssuance?: Maybe<boolean>
    }>
  }>
  spa?: Maybe<{ redirectUris?: Maybe<string[]> }>
  publicClient?: Maybe<{ redirectUris?: Maybe<string[]> }>
  api?: Maybe<{
    requestedAccessTokenVersion?: Maybe<number>
    knownClientApplications?: Maybe<string[]>
    preAuthorizedApplications?: Maybe<RegisteredPreAuthorization[]>
    oauth2PermissionScopes?: Maybe<RegisteredScope[]>
  }>
  appRoles?: Maybe<RegisteredRole[]>
  requiredResourceAccess?: Maybe<RegisteredAccess[]>
  optionalClaims?: Maybe<Record<'accessToken' | 'idToken', Maybe<RegisteredClaim[]>>>
  passwordCredentials?: Maybe<{ secretText?: Maybe<string> }[]>
  keyCredentials?: Maybe<{ key?: Maybe<string>; usage?: Maybe<string> }[]>
  federatedIdentityCredentials?: Maybe<RegisteredFederation[]>
}

export interface RegisteredScope {
  id: string
  value: string
  type?: Maybe<string>
  isEnabled?: Maybe<boolean>
  adminConsentDisplayName?: Maybe<string>
  adminConsentDescription?: Maybe<string>
  userConsentDisplayName?: Maybe<string>
  userConsentDescription?: Maybe<string>
}

export interface RegisteredRole {
  id: string
  value?: Maybe<string>
  displayName?: Maybe<string>
  isEnabled?: Maybe<boolean>
  allowedMemberTypes: string[]
}

export interface RegisteredAccess {
  resourceAppId: string
  resourceAccess: { id: string; type: 'Scope' | 'Role' }[]
}

export interface RegisteredPreAuthorization {
  appId: string
  delegatedPermissionIds?: Maybe<string[]>
}

export interface RegisteredClaim {
  name: string
  additionalProperties?: Maybe<string[]>
}

export interface RegisteredFederation {
  name: string
  issuer: string
  subject: string
  audiences: string[]
}

const nestedMembers = ['web', 'spa', 'publicClient', 'api', 'publisherDomain', 'createdDateTime']

/** Whether an entry is an export of a real registration rather than the emulator's short form. */
export function isRegistration(value: unknown): value is Registration {
  return isObject(value) && !('tenantId' in value) && nestedMembers.some((name) => name in value)
}

/** The portal's older manifest has the same content under other names. */
export function isOldManifest(value: unknown): boolean {
  return isObject(value) && ('replyUrlsWithType' in value || 'oauth2Permissions' in value)
}
