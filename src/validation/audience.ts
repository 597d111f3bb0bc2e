import { ConfigurationError } from '../protocol/configuration-error.js'
import type { TokenVersion } from '../protocol/authority.js'
import { shown, type Explanation } from '../protocol/refusal-reason.js'
import { isGuid } from '../protocol/tenant.js'

/** By which names this API is known as an audience. */
export interface Audiences {
  readonly clientId: string
  /** The App ID URI to name to clients: the first that was declared, or `api://{clientId}`. */
  readonly uri: string
  /** All App ID URIs, `api://{clientId}` among them. */
  readonly uris: readonly string[]
  /** All forms that a v1.0 token may carry; a v2.0 token carries a client ID. */
  readonly accepted: Readonly<Record<TokenVersion, ReadonlySet<string>>>
}

/**
 * Settles the audiences of an API. v2.0 tokens name the client ID; v1.0 tokens name whichever App
 * ID URI the client asked for, letter by letter, or the client ID.
 *
 * @throws ConfigurationError when the client ID is no GUID or an audience is empty.
 * @see https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference
 */
export function audiencesOf(clientId: string, declared: readonly string[]): Audiences {
  if (!isGuid(clientId)) {
    throw new ConfigurationError({
      message: `clientId is ${JSON.stringify(clientId)}. Expected the Application (client) ID of the app registration, a GUID.`,
      option: 'clientId',
      environmentVariable: 'AZURE_CLIENT_ID',
    })
  }
  const id = clientId.toLowerCase()
  const names = declared.map((name) => audienceOf(name))
  const uris = names.filter((name): boolean => !isGuid(name))
  const ids = [id, ...names.filter(isGuid)]
  const byId = ids.map((each) => `api://${each}`)
  const accepted = {
    '1.0': new Set([...ids, ...byId, ...ids.map((each) => `spn:${each}`), ...uris]),
    '2.0': new Set(ids),
  }
  return Object.freeze({
    clientId: id,
    uri: uris[0] ?? `api://${id}`,
    uris: [...new Set([...uris, ...byId])],
    accepted,
  })
}

function audienceOf(name: unknown): string {
  if (typeof name === 'string' && name.trim() === name && name !== '') {
    return isGuid(name) ? name.toLowerCase() : name
  }
  throw new ConfigurationError({
    message: `audiences names ${JSON.stringify(name)}. Expected the App ID URIs of this API, such as api://contoso-tasks, exactly as registered.`,
    option: 'audiences',
  })
}

/** Why a token's audience is not this API, or undefined when it is. */
export function audienceFault(
  audiences: Audiences,
  aud: unknown,
  version: TokenVersion,
): Explanation | undefined {
  const accepted: ReadonlySet<unknown> = audiences.accepted[version]
  if (accepted.has(aud)) return undefined
  return {
    reason: 'audience',
    found: `aud ${shown(aud)} in a version ${version} token`,
    expected: [...accepted].map((name) => `aud ${shown(name)}`).join(' or '),
    cure: cureFor(audiences, aud, version),
  }
}

const graphAudiences = new Set([
  '00000003-0000-0000-c000-000000000000',
  'https://graph.microsoft.com',
  'https://graph.microsoft.com/',
  'https://graph.microsoft.us',
  'https://microsoftgraph.chinacloudapi.cn',
])

/** Whether an audience is Microsoft Graph, whose tokens nobody else can validate. */
export function isGraphAudience(aud: unknown): boolean {
  return typeof aud === 'string' && graphAudiences.has(aud)
}

function cureFor(audiences: Audiences, aud: unknown, version: TokenVersion): string {
  const { uri } = audiences
  if (typeof aud !== 'string') return `Ask for a token with the scope ${uri}/{scope}.`
  if (isGraphAudience(aud)) {
    return (
      `This token is for Microsoft Graph, which nobody else can validate. The client asks this API for ` +
      `${uri}/{scope}; a scope without a resource in front means Microsoft Graph.`
    )
  }
  // In a version 1.0 token it would have been accepted.
  if (audiences.accepted['1.0'].has(aud)) {
    return 'A version 2.0 token names the client ID: this one was not issued for the registration with this App ID URI.'
  }
  if (differsByASlash(audiences, aud)) {
    return (
      'The audience differs by its trailing slash only. The client asks for exactly the registered App ID URI: with a ' +
      'slash at its end, the scope has two ({App ID URI}//.default).'
    )
  }
  if (version === '1.0' && !isGuid(aud)) {
    return (
      `If ${shown(aud)} is an App ID URI of this API, add it to audiences, or set requestedAccessTokenVersion to 2 ` +
      `in the manifest of the app registration. Otherwise the client asks for ${uri}/{scope}.`
    )
  }
  return `This token is for another API. The client asks for ${uri}/{scope}.`
}

function differsByASlash(audiences: Audiences, aud: string): boolean {
  const other = aud.endsWith('/') ? aud.slice(0, -1) : `${aud}/`
  return audiences.accepted['1.0'].has(other)
}
