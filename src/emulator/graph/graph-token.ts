/** What a verified access token for Microsoft Graph says. */
export interface GraphToken {
  /** `userinfo` is a token that carries OpenID scopes alone, good for `/oidc/userinfo`. */
  kind: 'delegated' | 'app' | 'userinfo'
  tid: string
  /** The user's object id, or the service principal's in an app-only token. */
  oid: string
  scp: readonly string[]
  roles: readonly string[]
  appid: string
  /** The same `sub` as in the client's ID token. */
  sub: string
  claims: Readonly<Record<string, unknown>>
}
