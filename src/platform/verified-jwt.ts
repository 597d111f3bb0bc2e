import { compactVerify } from 'jose'
import type { Authority, TokenVersion } from '../protocol/authority.js'
import type { PlatformEventListener } from '../protocol/events.js'
import { issuerOf } from '../protocol/issuers.js'
import { shown } from '../protocol/refusal-reason.js'
import { personalAccountTenant } from '../protocol/tenant.js'
import type { Clock } from './clock.js'
import { compactJwtOf, type JwtClaims } from './compact-jwt.js'
import { checkTenant, createIssuerCheck } from './jwt-issuer.js'
import { issuedClaimsOf, type IssuedClaims, type IssuedTimes } from './jwt-claims.js'
import { JwtInvalid } from './jwt-invalid.js'
import { checkTimes } from './jwt-times.js'
import { createKeySet, type KeySet, type LoadedKeys } from './key-set.js'
import { saysTheSame, type Metadata } from './metadata.js'
import type { PublishedKey } from './published-key.js'

export interface JwtVerifierSettings {
  readonly authority: Authority
  readonly clock: Clock
  readonly fetch: typeof fetch
  /** How far this machine's clock and the platform's may differ. */
  readonly clockToleranceSeconds: number
  readonly onEvent?: PlatformEventListener | undefined
  /** For an app with its own signing keys (claims mapping policy): the app's client ID. */
  readonly signingKeysOf?: string | undefined
  /** Milliseconds that fetching metadata and keys may take together; 4,500 by default. */
  readonly deadline?: number | undefined
}

/**
 * A token whose signature, issuer with its tenant, key issuer and times hold. For whom it is
 * meant, what kind it is and whether its tenant is wanted is for the one who asked.
 */
export interface VerifiedJwt {
  /** Frozen all the way down. */
  readonly claims: JwtClaims
  readonly version: TokenVersion
  /** A GUID in lower case. */
  readonly tenantId: string
  /** Milliseconds since the epoch; the tolerance is not added. */
  readonly expiresAt: number
  /** What to keep for `recheck`: it holds none of the claims. */
  readonly standing: object
}

export interface JwtVerifier {
  readonly authority: Authority
  /**
   * Verifies a token. `refuse` is called with the unverified claims before any cryptography and
   * may throw, so that a token for someone else costs little and is explained well.
   *
   * @throws JwtInvalid when the token is not valid; PlatformUnavailableError when that cannot be
   *   told now; what `refuse` throws.
   */
  verify(
    jwt: string,
    refuse?: (claims: JwtClaims, version: TokenVersion) => void,
  ): Promise<VerifiedJwt>
  /**
   * Looks again at what changes with time: the token's own times, whether its key is still in use,
   * and whether the authority still names the same issuer and cloud. True when the token still
   * holds, false when it must be verified afresh.
   *
   * @throws JwtInvalid when its times have passed.
   */
  recheck(standing: object): boolean
  /** Forgets every key now, as after the news that one is compromised. */
  purgeKeys(): void
}

/** What a token was accepted by, and until when. */
interface Proof extends IssuedTimes {
  readonly version: TokenVersion
  readonly key: PublishedKey
  /** By which the issuer and the cloud of the key were judged. */
  readonly metadata: Metadata
}

/** Carries the proof where nobody else can read it or put it. */
class Standing {
  readonly #proof: Proof

  constructor(proof: Proof) {
    this.#proof = proof
    Object.freeze(this)
  }

  static proofOf(standing: object): Proof | undefined {
    return #proof in standing ? standing.#proof : undefined
  }
}

/**
 * Verifies tokens of one authority: v1.0 and v2.0 tokens each with their own metadata and keys,
 * RS256 only. No address in a token is ever visited.
 *
 * @see https://learn.microsoft.com/entra/identity-platform/access-tokens#validate-tokens
 */
export function createJwtVerifier(settings: JwtVerifierSettings): JwtVerifier {
  const { authority, clock, clockToleranceSeconds: tolerance } = settings
  const keySets = { '1.0': keySetFor('1.0'), '2.0': keySetFor('2.0') }
  const checkIssuer = createIssuerCheck(authority)

  function keySetFor(version: TokenVersion): KeySet {
    return createKeySet({ ...settings, version, appId: settings.signingKeysOf })
  }

  // B2C issues tokens that say version 1.0 from its only metadata, the v2.0 one.
  function keySetOf(version: TokenVersion): KeySet {
    return keySets[authority.policy === undefined ? version : '2.0']
  }

  async function verify(
    jwt: string,
    refuse?: (claims: JwtClaims, version: TokenVersion) => void,
  ): Promise<VerifiedJwt> {
    const { header, claims } = compactJwtOf(jwt)
    const issued = issuedClaimsOf(claims)
    refuse?.(claims, issued.version)
    checkIssuer(issued)
    const keySet = keySetOf(issued.version)
    checkTimes(issued, { clock, tolerance, clockDifference: keySet.current()?.clockDifference })
    const loaded = await keySet.readyFor(header.kid)
    const tenantId = checkTenant(authority, loaded.metadata, issued)
    const key = await signingKeyOf(jwt, candidates(loaded, header.kid, issued, tenantId))
    const { metadata } = loaded
    const { version, expiresAt, notBefore } = issued
    return Object.freeze({
      claims,
      version,
      tenantId: tenantId.toLowerCase(),
      expiresAt: expiresAt * 1000,
      standing: new Standing({ version, expiresAt, notBefore, key, metadata }),
    })
  }

  function recheck(standing: object): boolean {
    const proof = Standing.proofOf(standing)
    if (proof === undefined) return false
    const loaded = keySetOf(proof.version).current()
    checkTimes(proof, { clock, tolerance, clockDifference: loaded?.clockDifference })
    if (loaded === undefined || !saysTheSame(loaded.metadata, proof.metadata)) return false
    return loaded.keys.holds(proof.key)
  }

  function purgeKeys(): void {
    keySets['1.0'].purge()
    keySets['2.0'].purge()
  }

  return { authority, verify, recheck, purgeKeys }
}

/** The published keys of a `kid` that may speak for the token's issuer. */
function candidates(
  { keys, metadata }: LoadedKeys,
  kid: string,
  issued: IssuedClaims,
  tenantId: string,
): readonly PublishedKey[] {
  const published = keys.withId(kid)
  if (published.length === 0) {
    throw refused(
      'key-unknown',
      `kid ${shown(kid)}`,
      'a key that the platform publishes for this authority',
    )
  }
  const entitled = published.filter(
    (key) => speaksFor(key, issued.issuer, tenantId) && isOfCloud(key, metadata.cloudInstanceName),
  )
  if (entitled.length > 0) return entitled
  throw refused(
    'key-issuer',
    `a signing key of ${shown(published[0]?.issuer)}`,
    `a signing key of ${shown(issued.issuer)}, in the same cloud`,
  )
}

/** Organizations share template keys; personal accounts have keys of their own, and sign only there. */
function speaksFor({ issuer }: PublishedKey, tokenIssuer: string, tenantId: string): boolean {
  if (issuer === undefined) return true
  if (tenantId.toLowerCase() === personalAccountTenant) return issuer === tokenIssuer
  return issuerOf(issuer, tenantId) === tokenIssuer
}

function isOfCloud(key: PublishedKey, cloudInstanceName: string | undefined): boolean {
  if (key.cloudInstanceName === undefined || cloudInstanceName === undefined) return true
  return key.cloudInstanceName === cloudInstanceName
}

async function signingKeyOf(jwt: string, keys: readonly PublishedKey[]): Promise<PublishedKey> {
  for (const published of keys) {
    try {
      await compactVerify(jwt, published.key, { algorithms: ['RS256'] })
      return published
    } catch {
      // The next key of the same id may be the one.
    }
  }
  throw refused(
    'signature',
    'a signature that does not match',
    'a signature by the key that kid names',
  )
}

function refused(
  reason: 'key-unknown' | 'key-issuer' | 'signature',
  found: string,
  expected: string,
) {
  return new JwtInvalid({
    reason,
    found,
    expected,
    cure:
      'Send the access_token of the token response, unchanged. If it is one, check that tenant and ' +
      'authorityHost name the authority that issued it.',
  })
}
