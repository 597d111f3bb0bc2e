/** What stands behind a code or a refresh token: who signed in where, for which client. */
export interface SignIn {
  client: string
  /** Tenant segment the code was asked for at; a code is redeemed there and nowhere else. */
  segment: string
  /** The tenant whose user object signed in. */
  tenantId: string
  /** Object id of the user in that tenant. */
  userId: string
  home: { tenantId: string; id: string }
  /** `scope` as it was asked for. */
  scope: string
  nonce: string | undefined
  /** Authentication contexts the sign-in has satisfied. */
  contexts: string[]
  /** The same for ID tokens. */
  idTokenContexts: string[]
  sessionId: string
  /** How often the user's sessions had been ended when this one began. */
  epoch: number
  /** Seconds. */
  authTime: number
  /** Milliseconds. */
  issuedAt: number
  /** Milliseconds; set when a page holds the tokens, whose refresh tokens end a day later. */
  pageSince?: number
}

/** Sign-ins by the id of their grant, which codes and refresh tokens carry. */
export type SignInStore = Map<string, SignIn>
