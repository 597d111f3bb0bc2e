/**
 * Whether a registered redirect URI lets a requested one through: letter by letter, but for the
 * port of localhost.
 *
 * @see https://learn.microsoft.com/entra/identity-platform/reply-url
 */
export function isSameRedirectUri(registered: string, requested: string): boolean {
  return registered === requested || withoutPort(registered) === withoutPort(requested)
}

function withoutPort(uri: string): string {
  if (!URL.canParse(uri)) return uri
  const url = new URL(uri)
  if (url.hostname !== 'localhost') return uri
  url.port = ''
  return url.href
}

/** In what a registered one differs that was probably meant; undefined when none is near. */
export function nearMissOf(requested: string, registered: readonly string[]): string | undefined {
  for (const uri of registered) {
    const difference = differenceOf(uri, requested)
    if (difference !== undefined) return `${uri} is registered, which differs in ${difference}`
  }
  return undefined
}

function differenceOf(registered: string, requested: string): string | undefined {
  const trimmed = (uri: string) => withoutPort(uri).replace(/\/$/, '')
  if (trimmed(registered) === trimmed(requested)) return 'its trailing slash'
  if (trimmed(registered).toLowerCase() === trimmed(requested).toLowerCase()) {
    return 'upper and lower case: the path counts letter by letter'
  }
  const bare = (uri: string) => trimmed(uri).replace(/^https?:/, '')
  if (bare(registered) === bare(requested)) return 'its scheme'
  if (!URL.canParse(registered)) return undefined
  const [one, other] = [new URL(registered), new URL(requested)]
  if (one.pathname === other.pathname && one.hostname === other.hostname) return 'its port'
  return one.pathname === other.pathname ? 'its host' : undefined
}
