import type { AccessTokenClaims } from '../protocol/access-token-claims.js'
import { TokenInvalidError } from '../protocol/access-errors.js'
import type { ChallengeContext } from '../protocol/bearer-challenge.js'
import { isCallerOf, type Caller } from '../protocol/caller.js'
import { ConfigurationError } from '../protocol/configuration-error.js'
import { shown, type Explanation } from '../protocol/refusal-reason.js'
import { isGuid } from '../protocol/tenant.js'
import { allows, tenantPolicyOf, type TenantPolicy } from '../protocol/tenant-policy.js'
import type { TokenVersion } from '../protocol/authority.js'
import type { Clock } from '../platform/clock.js'
import { compactJwtOf } from '../platform/compact-jwt.js'
import { JwtInvalid } from '../platform/jwt-invalid.js'
import type { JwtVerifier, VerifiedJwt } from '../platform/verified-jwt.js'
import { audienceFault, audiencesOf } from './audience.js'
import { createRecentClaims } from './recent-claims.js'
import { carriesPermission, foreignKindFault, tokenKindOf } from './token-kind.js'
import { createTokenMemo, type RememberedToken } from './token-memo.js'
import { verifiedCallerOf } from './verified-caller.js'

export interface TokenValidatorSettings {
  readonly verifier: JwtVerifier
  /** The API's client ID: the audience of v2.0 tokens. */
  readonly clientId: string
  /** App ID URIs besides `api://{clientId}`; a further client ID counts for v2.0 tokens too. */
  readonly audiences: readonly string[]
  /** Which tenants are let in; may be undefined only when the authority is a single tenant. */
  readonly tenants: TenantPolicy | undefined
  /** Clients whose app-only tokens are accepted without roles, because an access list decides. */
  readonly aclClients?: readonly string[]
  readonly clock: Clock
  /** What remembered tokens may take. */
  readonly cacheBytes: number
  readonly challenge?: ChallengeContext
}

export interface TokenValidator {
  /**
   * The caller an access token speaks for.
   *
   * @throws TokenInvalidError (401), PlatformUnavailableError (503), or what the tenant policy throws.
   */
  verify(token: string): Promise<Caller>
  /** Finds this very token if it was verified before. Whether it still holds, `holding` says. */
  recall(token: string): RememberedToken | undefined
  /**
   * The caller of a remembered token whose times, key and tenant hold now; undefined when it is
   * for `verify` to tell.
   */
  holding(remembered: RememberedToken): Caller | undefined
  /** Whether a caller comes from a token that was verified here. */
  isOwn(caller: Caller): boolean
}

type Claims = VerifiedJwt['claims']

/**
 * Validates access tokens for one API. Verified tokens are remembered while their times, their
 * key and the tenant policy hold, all of which is asked again on every use.
 *
 * @throws ConfigurationError when the authority is `common` or `organizations` and no tenants are
 *   named: any organization's tokens would be accepted.
 * @see https://learn.microsoft.com/entra/identity-platform/claims-validation
 */
export function createTokenValidator(settings: TokenValidatorSettings): TokenValidator {
  const { verifier, challenge = {} } = settings
  const audiences = audiencesOf(settings.clientId, settings.audiences)
  const policy = policyFor(verifier, settings.tenants)
  const aclClients = aclClientsOf(settings.aclClients)
  const memo = createTokenMemo(settings.cacheBytes)
  const keepClaimsFor = createRecentClaims()
  // The claims were the same text when they were verified.
  const claimsIn = (token: string) => compactJwtOf(token).claims as AccessTokenClaims
  const api = Object.freeze({ claimsIn })

  /** Before any cryptography: is this token for someone else, or of a kind that nobody takes? */
  function refuseForeign(claims: Claims, version: TokenVersion): void {
    const rules = verifier.authority.policy === undefined ? version : '2.0'
    const fault = foreignKindFault(claims) ?? audienceFault(audiences, claims.aud, rules)
    if (fault !== undefined) throw new TokenInvalidError(fault, challenge)
  }

  function accept(token: string, verified: VerifiedJwt): Caller {
    const kind = tokenKindOf(verified.claims)
    if (kind.kind === 'refused') throw new TokenInvalidError(kind.explanation, challenge)
    const assertion = Object.freeze({ token, expiresAt: verified.expiresAt })
    const caller = verifiedCallerOf(verified, kind, { assertion, api })
    if (!('kind' in caller)) throw new TokenInvalidError(caller, challenge)
    const listed = caller.kind === 'app' && aclClients.has(caller.clientId.toLowerCase())
    if (!carriesPermission(verified.claims) && !listed) {
      throw new TokenInvalidError(withoutPermission(caller), challenge)
    }
    return caller
  }

  /** A policy that is a function is asked anew for every request, and may take its time. */
  function welcomed(caller: Caller): Caller | Promise<Caller> {
    const allowed = allows(policy, caller.tenantId)
    if (allowed === true) return caller
    return Promise.resolve(allowed).then((answer) => {
      if (answer) return caller
      throw new TokenInvalidError(tenantFault(caller.tenantId), challenge)
    })
  }

  /** When parallel requests bring one token, it has one caller, to which more may be attached. */
  function remembered(token: string, one: RememberedToken): Caller {
    const twin = memo.recall(token)
    if (twin !== undefined && verifier.recheck(twin.standing)) return twin.caller
    memo.remember(token, one)
    keepClaimsFor(one.caller)
    return one.caller
  }

  return {
    recall: (token) => memo.recall(token),
    holding({ standing, caller }) {
      try {
        const holds = typeof policy !== 'function' && verifier.recheck(standing)
        return holds && allows(policy, caller.tenantId) === true ? caller : undefined
      } catch {
        return undefined
      }
    },
    isOwn: (caller) => isCallerOf(api, caller),
    async verify(token: unknown) {
      if (typeof token !== 'string') throw new TokenInvalidError(notText(token), challenge)
      try {
        const known = memo.recall(token)
        if (known !== undefined && verifier.recheck(known.standing)) {
          return await welcomed(known.caller)
        }
        const verified = await verifier.verify(token, refuseForeign)
        const caller = accept(token, verified)
        const answer = welcomed(caller)
        if (answer !== caller) await answer
        return remembered(token, { standing: verified.standing, caller })
      } catch (error) {
        memo.forget(token)
        throw error instanceof JwtInvalid
          ? new TokenInvalidError(error.explanation, challenge)
          : error
      }
    },
  }
}

function policyFor(verifier: JwtVerifier, tenants: TenantPolicy | undefined): TenantPolicy {
  if (tenants !== undefined) return tenantPolicyOf(tenants)
  // The one tenant is held by the issuer itself.
  if (!verifier.authority.multiTenant) return 'any'
  throw new ConfigurationError({
    message:
      `tenant is '${verifier.authority.tenant}' and tenants is missing: anyone's organization would be let in. ` +
      `Write tenants: ['{tenant GUID}', …], tenants: 'any', or a function.`,
    option: 'tenants',
  })
}

function aclClientsOf(clients: readonly unknown[] = []): ReadonlySet<string> {
  return new Set(
    clients.map((client) => {
      if (isGuid(client)) return client.toLowerCase()
      throw new ConfigurationError({
        message: `allowClientsWithoutPermissions names ${JSON.stringify(client)}. Expected client IDs, which are GUIDs.`,
        option: 'allowClientsWithoutPermissions',
      })
    }),
  )
}

/** What a program in JavaScript can hand to `verifyToken()`. */
function notText(token: unknown): Explanation {
  return {
    reason: 'not-a-jwt',
    found: shown(token),
    expected: 'the text of an access token',
    cure: 'Give verifyToken() the access token alone, without "Bearer " in front of it.',
  }
}

function tenantFault(tenantId: string): Explanation {
  return {
    reason: 'tenant-not-allowed',
    found: `tid ${shown(tenantId)}`,
    expected: 'a tenant that the tenants option lets in',
    cure: 'Add the tenant to tenants if its users and apps are welcome.',
  }
}

function withoutPermission(caller: Caller): Explanation {
  return {
    reason: 'no-permissions',
    found: `a token of client ${shown(caller.clientId)} with neither scp nor roles`,
    expected: 'a token with scopes or app roles of this API',
    cure:
      caller.kind === 'app'
        ? 'Assign the app a role of this API and grant admin consent; any app of any tenant can get a token without one. ' +
          'If an access list decides instead, name the client in allowClientsWithoutPermissions.'
        : 'Expose a scope on this API and let the client ask for it.',
  }
}
