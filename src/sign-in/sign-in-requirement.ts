import type { IdTokenClaims } from '../protocol/account.js'

/** What a sign-in has to prove beyond who the user is. */
export interface SignInRequirement {
  /** Authentication contexts, such as `c1`, all of which the sign-in has to satisfy. */
  readonly acrs?: readonly string[] | undefined
  /** The user has typed a password, or better, at most this many seconds ago. */
  readonly maxAge?: number | undefined
}

/** What a sign-in lacks. `auth-time` is a registration that does not tell when the user signed in. */
export type Unmet = 'acrs' | 'max-age' | 'auth-time'

/**
 * What the claims of a validated ID token leave open; undefined when they satisfy the requirement
 * (OpenID Connect Core 1.0 section 3.1.3.7, rules 12 and 13). A claim that is missing proves nothing.
 */
export function unmetBy(
  claims: IdTokenClaims,
  requirement: SignInRequirement,
  time: { readonly now: number; readonly toleranceSeconds: number },
): Unmet | undefined {
  const { acrs = [], maxAge } = requirement
  if (!areHeld(acrs, claims)) return 'acrs'
  if (maxAge === undefined) return undefined
  const signedInAt = claims['auth_time']
  if (typeof signedInAt !== 'number' || !Number.isFinite(signedInAt)) return 'auth-time'
  const age = time.now / 1000 - signedInAt
  return age > maxAge + time.toleranceSeconds ? 'max-age' : undefined
}

function areHeld(acrs: readonly string[], claims: IdTokenClaims): boolean {
  if (acrs.length === 0) return true
  const held = contextsIn(claims)
  return acrs.every((context) => held.includes(context.toLowerCase()))
}

/**
 * What a sign-in in the place of this one asks for again, whatever it is for: pages that require
 * different things would send the user to and fro.
 */
export function heldBy({ claims }: { readonly claims: IdTokenClaims }): {
  readonly heldAcrs?: readonly string[]
} {
  // Others are the platform's own, which nobody can ask for.
  const heldAcrs = contextsIn(claims).filter((context) => /^c\d{1,2}$/.test(context))
  return heldAcrs.length === 0 ? {} : { heldAcrs }
}

/** The authentication contexts (`acrs`) that an ID token names, in lower case. */
export function contextsIn(claims: IdTokenClaims): readonly string[] {
  return [claims['acrs']]
    .flat()
    .filter((context) => typeof context === 'string')
    .map((context) => context.toLowerCase())
}
