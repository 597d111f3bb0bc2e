import { claimsRequestOf } from '../protocol/claims-request.js'
import { cacheKey } from '../protocol/cache-key.js'
import { isGuid } from '../protocol/tenant.js'
import { TokenRequestError } from '../protocol/token-request-error.js'
import type { AccessToken } from './access-token.js'
import type { Scopes, TokenSourceSettings } from './token-source-settings.js'
import { unlessAborted, type AbortSignalLike } from './unless-aborted.js'

/**
 * What the clients of the Azure SDK take as `credential`: `TokenCredential` of `@azure/core-auth`,
 * without needing that package.
 *
 * @see https://learn.microsoft.com/javascript/api/@azure/core-auth/tokencredential
 */
export interface TokenCredential {
  /**
   * @throws TokenRequestError (ERR_ENTRA_TOKEN_REQUEST) for another tenant than this source's, claims
   *   that are no claims request, or a token bound to a key; and what `token()` throws.
   */
  getToken(scopes: string | string[], options?: GetTokenOptions): Promise<CredentialToken>
}

export interface GetTokenOptions {
  /** Claims request, as JSON, of an API that refused the token before: no cached token will do. */
  readonly claims?: string | undefined
  /** The client answers claims challenges, as `clientCapabilities: ['cp1']` declares for the app. */
  readonly enableCae?: boolean | undefined
  /** The tenant that an API names in its challenge. */
  readonly tenantId?: string | undefined
  readonly abortSignal?: AbortSignalLike | undefined
  readonly proofOfPossessionOptions?: object | undefined
}

/** The text of a token, for the client library that asked; printed or serialised it is redacted. */
export interface CredentialToken {
  readonly token: string
  /** Milliseconds since the epoch. */
  readonly expiresOnTimestamp: number
  /** Milliseconds since the epoch. */
  readonly refreshAfterTimestamp: number
  readonly tokenType: 'Bearer'
}

const cp1 = 'cp1'

export function createTokenCredential(settings: TokenSourceSettings): TokenCredential {
  const { acquire, tenant, calls } = settings
  const handedOut = new Map<string, HandedOut>()

  async function requireTenant(asked: string | undefined): Promise<void> {
    if (asked === undefined || tenant === undefined || isSame(asked, tenant)) return
    if (isGuid(asked) && !isGuid(tenant) && isSame(asked, await calls.tenantIdOf(tenant))) return
    throw new TokenRequestError(
      `The tenant ${JSON.stringify(asked.slice(0, 100))} was asked for, and these tokens are of ` +
        `${tenant}. A token of another tenant needs another source: forApp({ tenant }) for the app ` +
        'itself; for a user, the tenant that the user signed in to.',
    )
  }

  /** The API refused what this credential gave last for the same scopes, or what is cached. */
  async function withClaims(key: string, question: Question, claims: string) {
    const request = claimsRequestOf(claims)
    if (request === undefined) {
      throw new TokenRequestError(
        'claims is no claims request: expected JSON with an access_token object, as an API sends it ' +
          'in base64 with its challenge.',
      )
    }
    const last = handedOut.get(key)
    // Of calls that were refused one token, each asks for another: the first one's is for all of them.
    if (last?.claims === request && isRecent(calls.clock() - last.since)) return last
    const refused = last?.token ?? (await acquire(question))
    const token = await acquire({ ...question, demand: { refused, claims: request } })
    return { token, claims: request, since: calls.clock() }
  }

  async function plain(key: string, question: Question): Promise<HandedOut> {
    const token = await acquire(question)
    const last = handedOut.get(key)
    return last?.token.reveal() === token.reveal() ? last : { token, since: 0 }
  }

  return Object.freeze({
    async getToken(scopes: string | string[], options: GetTokenOptions = {}) {
      const { claims, tenantId, enableCae, abortSignal, proofOfPossessionOptions } = options
      if (proofOfPossessionOptions !== undefined) {
        throw new TokenRequestError(
          'A token bound to a key was asked for; these are bearer tokens.',
        )
      }
      const isNew = enableCae === true && !calls.clientCapabilities.includes(cp1)
      const question = { scopes, capability: isNew ? cp1 : undefined }
      const key = cacheKey(question.capability ?? '', ...[scopes].flat())
      const given = await unlessAborted(abortSignal, async () => {
        await requireTenant(tenantId)
        return claims === undefined ? plain(key, question) : withClaims(key, question, claims)
      })
      handedOut.set(key, given)
      return credentialTokenOf(given.token)
    },
  })
}

interface HandedOut {
  readonly token: AccessToken
  /** What it was asked for with, when another one had been refused. */
  readonly claims?: string
  /** When that was; milliseconds since the epoch. */
  readonly since: number
}

/** Calls that were under way together; the same claims once more later are about this very token. */
function isRecent(age: number): boolean {
  return age >= 0 && age < 30_000
}

interface Question {
  readonly scopes: Scopes
  readonly capability: string | undefined
}

function isSame(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase()
}

/** Client libraries read and copy the members, so they are members; whoever prints sees none of it. */
function credentialTokenOf(token: AccessToken): CredentialToken {
  const given = {
    token: token.reveal(),
    expiresOnTimestamp: token.expiresAt,
    refreshAfterTimestamp: token.refreshAt,
    tokenType: 'Bearer' as const,
  }
  const redacted = () => '[redacted]'
  return Object.freeze(
    Object.defineProperties(given, {
      toJSON: { value: redacted },
      toString: { value: redacted },
      [Symbol.for('nodejs.util.inspect.custom')]: { value: redacted },
    }),
  )
}
