/** Everything the emulated platform knows: plain data, with Microsoft's own property names. */
export interface Directory {
  tenants: Tenant[]
  applications: Application[]
  /** Consents given by users, or by an administrator for everyone, before the emulator starts. */
  delegatedGrants?: DelegatedGrant[]
  /** Application permissions (app roles) an administrator has granted. */
  applicationGrants?: ApplicationGrant[]
  /** Identities assigned to the machine that `emulator.workload` stands for. */
  managedIdentities?: ManagedIdentity[]
}

/** An identity that Azure looks after; it has app roles by `applicationGrants`, and no secret. */
export interface ManagedIdentity {
  /** `appid` in its tokens, and the client of its grants. */
  clientId: string
  /** Object id of its service principal: `oid` and `sub` in its tokens. */
  principalId: string
  tenantId: string
  /** The one of the machine itself, or one of its own that the machine was given. */
  type: 'SystemAssigned' | 'UserAssigned'
}

export interface Tenant {
  /** The tenant's GUID, `tid` in tokens. */
  id: string
  displayName: string
  /** Verified domains; the first is the initial one (`contoso.onmicrosoft.com`). */
  domains: [string, ...string[]]
  users: User[]
  /**
   * Whether users may consent for themselves; allowed when left out. In tenants of External ID, and
   * where an organization has decided so, only an administrator can.
   */
  userConsent?: 'allowed' | 'forbidden'
  /** `tenant_ctry`, an optional claim. */
  countryLetterCode?: string
}

export interface User {
  /** Object id of this user in this tenant, `oid` in tokens. A guest has another one at home. */
  id: string
  userPrincipalName: string
  displayName: string
  givenName?: string
  surname?: string
  mail?: string
  userType: 'Member' | 'Guest' | 'Personal'
  /** `false`: the account is disabled and nobody signs in with it (AADSTS50057). */
  accountEnabled?: boolean
  /** May consent on behalf of the organization. */
  isAdmin?: boolean
  /** Guests: the tenant they come from. */
  homeTenantId?: string
  /** Guests: their object id in the tenant they come from. */
  homeId?: string
  /** Object ids of the groups this user belongs to. */
  groups?: string[]
  /** Template ids of the user's directory roles: `wids`, where a registration asks for them. */
  directoryRoles?: string[]
  /** `ctry`, an optional claim. */
  usageLocation?: string
  /**
   * App roles assigned to the user, by the application id that declares them. An empty list assigns
   * the user to the application without a role.
   */
  appRoles?: Record<string, string[]>
  /** The mailbox Microsoft Graph shows for this user. */
  messages?: Message[]
}

export interface Message {
  subject: string
  from: string
  receivedDateTime: string
  bodyPreview: string
}

export type SignInAudience =
  | 'AzureADMyOrg'
  | 'AzureADMultipleOrgs'
  | 'AzureADandPersonalMicrosoftAccount'
  | 'PersonalMicrosoftAccount'

export interface Application {
  /** Application (client) id. */
  appId: string
  displayName: string
  /** The tenant that registered the application. */
  tenantId: string
  signInAudience: SignInAudience
  /** Object ids of the application's service principals, by tenant id. */
  servicePrincipals?: Record<string, string>
  /** Application ID URIs, under which clients ask for tokens. */
  identifierUris: string[]
  redirectUris: string[]
  /** Redirect URIs of pages that redeem their codes themselves: PKCE and an Origin are mandatory. */
  spaRedirectUris?: string[]
  /** `/authorize` may answer with an ID token (AADSTS700054 otherwise). */
  enableIdTokenIssuance?: boolean
  /** `/authorize` may answer with an access token (AADSTS700051 otherwise). */
  enableAccessTokenIssuance?: boolean
  /** Only users, and clients, that were assigned get in (AADSTS50105, AADSTS501051). */
  appRoleAssignmentRequired?: boolean
  /** Front-channel logout URL. */
  logoutUrl?: string
  secrets?: string[]
  /** X.509 certificates (PEM) whose keys sign this application's client assertions. */
  certificates?: string[]
  /** Whose tokens stand in for a secret; compared letter by letter. */
  federatedCredentials?: FederatedCredential[]
  /** Lets the application redeem codes without a credential. */
  isFallbackPublicClient?: boolean
  /** Version of the access tokens issued for this API; 1 when left out, as at Microsoft. */
  requestedAccessTokenVersion?: 1 | 2
  /** Delegated permissions this API declares. */
  scopes?: DelegatedPermission[]
  appRoles?: AppRole[]
  /** Clients whose consent page also covers what this API itself needs. */
  knownClientApplications?: string[]
  /** Clients that need no consent for these scopes. */
  preAuthorizedApplications?: { appId: string; scopes: string[] }[]
  /** The permissions the registration lists; `.default` asks for these. */
  requiredResourceAccess?: RequiredResourceAccess[]
  /**
   * Names of optional claims. Access-token ones belong to the API (`idtyp`, or
   * `idtyp(include_user_token)` to mark user tokens too), ID-token ones to the client.
   * `groups(emit_as_roles)` puts the groups into `roles`.
   */
  optionalClaims?: { accessToken?: string[]; idToken?: string[] }
  /** Which memberships tokens carry: `groups`, `wids` or both. */
  groupMembershipClaims?: GroupMembershipClaims
}

export type GroupMembershipClaims =
  'None' | 'SecurityGroup' | 'DirectoryRole' | 'ApplicationGroup' | 'All'

/** A workload elsewhere that may act as the application. */
export interface FederatedCredential {
  name: string
  issuer: string
  subject: string
  audience: string
}

export interface DelegatedPermission {
  /** The permission's GUID, by which exported registrations name it. */
  id?: string
  value: string
  /** `Admin` permissions can only be granted by an administrator. */
  type: 'User' | 'Admin'
  displayName: string
  description: string
}

export interface AppRole {
  /** The role's GUID, by which exported registrations name it. */
  id?: string
  value: string
  allowedMemberTypes: ('User' | 'Application')[]
  displayName: string
}

export interface RequiredResourceAccess {
  resourceAppId: string
  /** Delegated permissions. */
  scopes?: string[]
  /** Application permissions. */
  roles?: string[]
}

export interface DelegatedGrant {
  tenant: string
  /** Application id of the client that received the consent. */
  client: string
  /** Application id of the API. */
  resource: string
  /** Object id of the user in that tenant, or `everyone` (admin consent). */
  user: string
  scopes: string[]
}

export interface ApplicationGrant {
  tenant: string
  client: string
  resource: string
  roles: string[]
}

/** The tenant of all personal Microsoft accounts; `consumers` is its nickname. */
export const personalTenantId = '9188040d-6c67-4c5b-b112-36a304b66dad'

/** Microsoft Graph's application id. */
export const graphAppId = '00000003-0000-0000-c000-000000000000'
