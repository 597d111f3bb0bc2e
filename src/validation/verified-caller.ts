import type { AccessTokenClaims } from '../protocol/access-token-claims.js'
import {
  frozenCaller,
  type AppCaller,
  type Caller,
  type CallerOrigin,
  type UserCaller,
} from '../protocol/caller.js'
import { shown, type Explanation } from '../protocol/refusal-reason.js'
import type { VerifiedJwt } from '../platform/verified-jwt.js'
import type { TokenKind } from './token-kind.js'

type Accepted = Exclude<TokenKind, { readonly kind: 'refused' }>

/** The caller a verified token speaks for, or why it names none. */
export function verifiedCallerOf(
  verified: VerifiedJwt,
  kind: Accepted,
  origin?: CallerOrigin,
): Caller | Explanation {
  const { claims, version, tenantId } = verified
  const { oid, sub } = claims
  const clientId = clientIdOf(verified)
  if (!isText(oid)) return missing('oid', oid)
  if (!isText(sub)) return missing('sub', sub)
  if (!isText(clientId)) return missing(version === '2.0' ? 'azp' : 'appid', clientId)
  const identity = {
    tenantId,
    objectId: oid,
    subject: sub,
    clientId,
    // Checked above or by the verifier: aud, iss, exp, oid and sub; the others are optional.
    claims: claims as AccessTokenClaims,
  }
  return kind.kind === 'app'
    ? frozenCaller<AppCaller>({ kind: 'app', ...identity, roles: kind.roles }, origin)
    : frozenCaller<UserCaller>(
        {
          kind: 'user',
          ...identity,
          scopes: kind.scopes,
          roles: kind.roles,
          ...displayOf(claims),
        },
        origin,
      )
}

/** Each version has its own claim for the client: the other's is not looked at (B2C has both). */
function clientIdOf({ claims, version }: VerifiedJwt): unknown {
  return version === '2.0' ? claims.azp : (claims.appid ?? claims.azp)
}

function displayOf(claims: VerifiedJwt['claims']): Pick<UserCaller, 'name' | 'username' | 'email'> {
  const { name, email, preferred_username: current, upn } = claims
  const username = isText(current) ? current : isText(upn) ? upn : claims.unique_name
  const display: { name?: string; username?: string; email?: string } = {}
  if (isText(name)) display.name = name
  if (isText(username)) display.username = username
  if (isText(email)) display.email = email
  return display
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

function missing(claim: string, value: unknown): Explanation {
  return {
    reason: 'claims-malformed',
    found: `${claim} ${shown(value)}`,
    expected: `${claim}, a string`,
    cure: 'Ask for the token at the Microsoft identity platform.',
  }
}
