import type { Application } from '../directory.js'

/**
 * Whether the redirect URI is a registered one: the same string, except that the port does not count
 * on `http://localhost`. https://learn.microsoft.com/entra/identity-platform/reply-url
 */
export function isRegisteredRedirectUri(application: Application, given: string): boolean {
  return redirectUriTypeOf(application, given) !== undefined
}

/** `spa` for addresses whose pages redeem the code themselves. */
export function redirectUriTypeOf(
  { redirectUris, spaRedirectUris = [] }: Application,
  given: string,
): 'web' | 'spa' | undefined {
  if (redirectUris.some((registered) => isSame(registered, given))) return 'web'
  return spaRedirectUris.some((registered) => isSame(registered, given)) ? 'spa' : undefined
}

function isSame(registered: string, given: string): boolean {
  return registered === given || withoutLocalhostPort(registered) === withoutLocalhostPort(given)
}

function withoutLocalhostPort(uri: string): string {
  return uri.replace(/^(https?:\/\/localhost):\d+(?=[/?#]|$)/, '$1')
}
