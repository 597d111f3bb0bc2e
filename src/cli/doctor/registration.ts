import { CommandError } from '../command-error.js'

/** An app registration as Microsoft Graph shows it, as far as the doctor reads it. */
export interface Registration {
  readonly appId: string | undefined
  readonly signInAudience: string | undefined
  readonly identifierUris: readonly string[]
  /** Version of the access tokens issued for this API; null means 1. */
  readonly tokenVersion: 1 | 2
  readonly scopes: readonly { readonly value: string; readonly isEnabled: boolean }[]
  readonly appRoles: readonly RegisteredRole[]
  readonly redirectUris: {
    readonly web: readonly string[]
    readonly spa: readonly string[]
    readonly publicClient: readonly string[]
  }
  readonly logoutUrl: string | undefined
  readonly implicitGrant: boolean
  readonly isFallbackPublicClient: boolean
  readonly resources: readonly RegisteredResource[]
  /** Names of optional claims. */
  readonly accessTokenClaims: readonly string[]
  readonly idTokenClaims: readonly string[]
  /** What `groupMembershipClaims` lists: `SecurityGroup`, `ApplicationGroup`, `DirectoryRole`, `All`, `None`. */
  readonly groupClaims: readonly string[]
  readonly secrets: readonly RegisteredCredential[]
  readonly certificates: readonly RegisteredCredential[]
}

export interface RegisteredRole {
  readonly value: string
  readonly isEnabled: boolean
  readonly forUsers: boolean
  readonly forApps: boolean
}

export interface RegisteredResource {
  readonly appId: string
  /** How many delegated permissions the registration lists of it. */
  readonly delegated: number
  readonly application: number
}

export interface RegisteredCredential {
  /** Milliseconds since the epoch. */
  readonly endsAt: number | undefined
  /** SHA-1 thumbprint of a certificate, as exported: base64 or hexadecimal. */
  readonly thumbprint: string | undefined
}

/**
 * Reads an export of `az ad app show` or of Microsoft Graph's `/applications`.
 *
 * @throws CommandError for anything else.
 * @see https://learn.microsoft.com/graph/api/resources/application
 */
export function registrationIn(text: string, file: string): Registration {
  const exported = membersOf(parsed(text, file))
  if ('replyUrlsWithType' in exported) {
    throw new CommandError(
      `${file} is a manifest of the old kind. Export it with: az ad app show --id {client id}`,
    )
  }
  if (typeof exported['appId'] !== 'string') {
    throw new CommandError(
      `${file} has no appId. Expected an app registration: az ad app show --id {client id} > app.json`,
    )
  }
  const api = membersOf(exported['api'])
  const web = membersOf(exported['web'])
  const claims = membersOf(exported['optionalClaims'])
  return {
    appId: exported['appId'].toLowerCase(),
    signInAudience: textIn(exported['signInAudience']),
    identifierUris: textsIn(exported['identifierUris']),
    tokenVersion: api['requestedAccessTokenVersion'] === 2 ? 2 : 1,
    scopes: listIn(api['oauth2PermissionScopes']).map((scope) => ({
      value: textIn(scope['value']) ?? '',
      isEnabled: scope['isEnabled'] !== false,
    })),
    appRoles: listIn(exported['appRoles']).map(roleOf),
    redirectUris: {
      web: textsIn(web['redirectUris']),
      spa: textsIn(membersOf(exported['spa'])['redirectUris']),
      publicClient: textsIn(membersOf(exported['publicClient'])['redirectUris']),
    },
    logoutUrl: textIn(web['logoutUrl']),
    implicitGrant: Object.values(membersOf(web['implicitGrantSettings'])).includes(true),
    isFallbackPublicClient: exported['isFallbackPublicClient'] === true,
    resources: listIn(exported['requiredResourceAccess']).map(resourceOf),
    accessTokenClaims: namesIn(claims['accessToken']),
    idTokenClaims: namesIn(claims['idToken']),
    groupClaims: (textIn(exported['groupMembershipClaims']) ?? '').split(/[\s,]+/).filter(Boolean),
    secrets: listIn(exported['passwordCredentials']).map(credentialOf),
    certificates: listIn(exported['keyCredentials']).map(credentialOf),
  }
}

type Members = Readonly<Record<string, unknown>>

/** Parses a file that was named on the command line. */
export function parsed(text: string, file: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new CommandError(`${file} is not JSON.`)
  }
}

function roleOf(role: Members): RegisteredRole {
  const members = textsIn(role['allowedMemberTypes'])
  return {
    value: textIn(role['value']) ?? '',
    isEnabled: role['isEnabled'] !== false,
    forUsers: members.includes('User'),
    forApps: members.includes('Application'),
  }
}

function resourceOf(resource: Members): RegisteredResource {
  const types = listIn(resource['resourceAccess']).map(({ type }) => type)
  return {
    appId: (textIn(resource['resourceAppId']) ?? '').toLowerCase(),
    delegated: types.filter((type) => type === 'Scope').length,
    application: types.filter((type) => type === 'Role').length,
  }
}

function credentialOf(credential: Members): RegisteredCredential {
  const endsAt = Date.parse(textIn(credential['endDateTime']) ?? '')
  return {
    endsAt: Number.isNaN(endsAt) ? undefined : endsAt,
    thumbprint: textIn(credential['customKeyIdentifier']),
  }
}

function namesIn(claims: unknown): readonly string[] {
  return listIn(claims).flatMap(({ name }) => (typeof name === 'string' ? [name] : []))
}

export function membersOf(value: unknown): Members {
  return Object(value) as Members // primitives become empty objects
}

export function listIn(value: unknown): readonly Members[] {
  return Array.isArray(value) ? value.map(membersOf) : []
}

export function textIn(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

function textsIn(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((entry) => typeof entry === 'string') : []
}
