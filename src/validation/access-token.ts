import { TokenInvalidError } from '../protocol/access-errors.js'
import { rememberAssertion } from '../protocol/assertion.js'
import type { ChallengeContext } from '../protocol/bearer-challenge.js'
import type { Caller } from '../protocol/caller.js'
import { ConfigurationError } from '../protocol/configuration-error.js'
import { shown, type Explanation } from '../protocol/refusal-reason.js'
import { isGuid } from '../protocol/tenant.js'
import { allows, tenantPolicyOf, type TenantPolicy } from '../protocol/tenant-policy.js'
import type { TokenVersion } from '../protocol/authority.js'
import type { Clock } from '../platform/clock.js'
import { JwtInvalid } from '../platform/jwt-invalid.js'
import type { JwtVerifier, VerifiedJwt } from '../platform/verified-jwt.js'
import { audienceFault, audiencesOf } from './audience.js'
import { carriesPermission, foreignKindFault, tokenKindOf } from './token-kind.js'
import { createTokenMemo } from './token-memo.js'
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
  readonly cacheBytes?: number
  readonly challenge?: ChallengeContext
}

export interface TokenValidator {
  /**
   * The caller an access token speaks for.
   *
   * @throws TokenInvalidError (401), PlatformUnavailableError (503), or what the tenant policy throws.
   */
  verify(token: string): Promise<Caller>
  /** Whether this very token was verified before. It says nothing about whether it still holds. */
  remembers(token: string): boolean
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

  /** Before any cryptography: is this token for someone else, or of a kind that nobody takes? */
  function refuseForeign(claims: Claims, version: TokenVersion): void {
    const rules = verifier.authority.policy === undefined ? version : '2.0'
    const fault = foreignKindFault(claims) ?? audienceFault(audiences, claims.aud, rules)
    if (fault !== undefined) throw new TokenInvalidError(fault, challenge)
  }

  function accept(verified: VerifiedJwt): Caller {
    const kind = tokenKindOf(verified.claims)
    if (kind.kind === 'refused') throw new TokenInvalidError(kind.explanation, challenge)
    const caller = verifiedCallerOf(verified, kind)
    if (!('kind' in caller)) throw new TokenInvalidError(caller, challenge)
    const listed = caller.kind === 'app' && aclClients.has(caller.clientId.toLowerCase())
    if (!carriesPermission(verified.claims) && !listed) {
      throw new TokenInvalidError(withoutPermission(caller), challenge)
    }
    return caller
  }

  async function refuseUnless(allowed: boolean | Promise<boolean>, tenantId: string) {
    if (!(await allowed)) throw new TokenInvalidError(tenantFault(tenantId), challenge)
  }

  async function verifyAfresh(token: string): Promise<Caller> {
    const verified = await verifier.verify(token, refuseForeign)
    const caller = accept(verified)
    const allowed = allows(policy, caller.tenantId)
    if (allowed !== true) await refuseUnless(allowed, caller.tenantId)
    // A parallel request was first: one token has one caller, to which more may be attached.
    const twin = memo.recall(token)
    if (twin !== undefined && verifier.recheck(twin.verified)) return twin.caller
    rememberAssertion(caller, { token, expiresAt: verified.expiresAt })
    memo.remember(token, { verified, caller })
    return caller
  }

  return {
    remembers: (token) => memo.recall(token) !== undefined,
    async verify(token) {
      try {
        const known = memo.recall(token)
        if (known === undefined || !verifier.recheck(known.verified)) {
          return await verifyAfresh(token)
        }
        const { caller } = known
        const allowed = allows(policy, caller.tenantId)
        if (allowed !== true) await refuseUnless(allowed, caller.tenantId)
        return caller
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
