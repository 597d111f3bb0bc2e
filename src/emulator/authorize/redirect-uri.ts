import type { Application } from '../directory.js'
import { acceptsPersonalAccounts } from '../platform/registry.js'

/**
 * Whether the redirect URI is a registered one: the same string, except that the port does not count
 * on `http://localhost`, and that work-only applications may register a wildcard.
 * https://learn.microsoft.com/entra/identity-platform/reply-url
 */
export function isRegisteredRedirectUri(application: Application, given: string): boolean {
  return redirectUriTypeOf(application, given) !== undefined
}

/** `spa` for addresses whose pages redeem the code themselves. */
export function redirectUriTypeOf(
  { redirectUris, spaRedirectUris = [], signInAudience }: Application,
  given: string,
): 'web' | 'spa' | undefined {
  const allowsWildcards = !acceptsPersonalAccounts(signInAudience)
  const isGiven = (registered: string) =>
    isSame(registered, given) || (allowsWildcards && isCovered(registered, given))
  if (redirectUris.some(isGiven)) return 'web'
  return spaRedirectUris.some(isGiven) ? 'spa' : undefined
}

/** `*` stands for one part of an address and never reaches into the next one. */
function isCovered(registered: string, given: string): boolean {
  const [before = '', after, ...others] = registered.split('*')
  if (after === undefined || others.length > 0) return false
  if (!given.startsWith(before) || !given.endsWith(after)) return false
  return /^[^/?#@:\\]+$/.test(given.slice(before.length, given.length - after.length))
}

function isSame(registered: string, given: string): boolean {
  return registered === given || withoutLocalhostPort(registered) === withoutLocalhostPort(given)
}

function withoutLocalhostPort(uri: string): string {
  return uri.replace(/^(https?:\/\/localhost):\d+(?=[/?#]|$)/, '$1')
}
