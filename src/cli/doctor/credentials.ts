import type { ClientCredential, CredentialOption } from '../../middleware/entra-options.js'
import { withEnvironment } from '../../middleware/environment.js'
import type { Deployment } from './deployment.js'

/** What proves the app registration, one by one; none when the option holds a mistake. */
export function credentialsOf({
  settings,
  options,
  host,
}: Deployment): readonly ClientCredential[] {
  if (settings.credential === undefined) return []
  const { credential } = withEnvironment(options, host)
  return credential === undefined ? [] : listOf(credential)
}

function listOf(credential: CredentialOption): readonly ClientCredential[] {
  const list = Array.isArray(credential)
    ? (credential as readonly ClientCredential[]) // the list form
    : [credential as ClientCredential] // settings hold a credential, so no managed identity stands in
  return list.map(withoutUndefined)
}

/** `{ secret: undefined, certificate }` has a certificate. */
function withoutUndefined(credential: ClientCredential): ClientCredential {
  const given = Object.entries(credential).filter(([, value]) => value !== undefined)
  return Object.fromEntries(given) as unknown as ClientCredential // one of its own members
}
