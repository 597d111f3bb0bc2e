const wellKnown = '/.well-known/oauth-protected-resource'

/**
 * The path at which a protected resource publishes its metadata: the well-known one, with the
 * resource's own path behind it (RFC 9728 section 3.1).
 *
 * @param resourceUrl Absolute URL of the resource, without query and fragment.
 */
export function metadataPathOf(resourceUrl: string): string {
  const { pathname } = new URL(resourceUrl)
  return pathname === '/' ? wellKnown : wellKnown + pathname
}

/** The address of that metadata, for the `resource_metadata` of a challenge (section 5.1). */
export function metadataUrlOf(resourceUrl: string): string {
  return new URL(resourceUrl).origin + metadataPathOf(resourceUrl)
}

/**
 * What a protected resource tells about itself (RFC 9728 section 2), in the names of the document.
 * The order of its members is the order of the document.
 */
export interface ProtectedResourceMetadata {
  readonly resource: string
  readonly authorization_servers: readonly [string]
  /** As clients ask for them; absent when there are none, because an empty list is not allowed. */
  readonly scopes_supported?: readonly string[]
  readonly bearer_methods_supported: readonly ['header']
  readonly resource_name?: string
  readonly resource_documentation?: string
}
