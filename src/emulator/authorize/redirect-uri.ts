import type { Application } from '../directory.js'

/**
 * Whether the redirect URI is a registered one: the same string, except that the port does not count
 * on `http://localhost`. https://learn.microsoft.com/entra/identity-platform/reply-url
 */
export function isRegisteredRedirectUri({ redirectUris }: Application, given: string): boolean {
  return redirectUris.some((registered) => {
    return registered === given || withoutLocalhostPort(registered) === withoutLocalhostPort(given)
  })
}

function withoutLocalhostPort(uri: string): string {
  return uri.replace(/^(https?:\/\/localhost):\d+(?=[/?#]|$)/, '$1')
}
