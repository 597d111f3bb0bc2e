import { decodeJwt, errors, jwtVerify, type JWTPayload } from 'jose'
import type { Application, FederatedCredential } from '../directory.js'
import {
  assertionMalformed,
  assertionOutsideItsTime,
  assertionSignatureInvalid,
} from '../errors/client-assertion-errors.js'
import { issuerOf, type Platform } from '../platform/platform.js'
import {
  foreignIdentityPresented,
  noMatchingRecord,
  unsuitableIdentityPresented,
  userTokenPresented,
} from './federation-errors.js'

/** Whether an assertion is somebody else's: its issuer is an address, a client's is its id. */
export function isFederatedAssertion(assertion: string): boolean {
  return String(claimsIn(assertion)?.iss).includes('://')
}

/**
 * A token of another issuer in place of the client's own assertion. Issuer, subject and audience
 * must be those of one federated credential, letter by letter.
 * https://learn.microsoft.com/entra/workload-id/workload-identity-federation
 */
export async function verifyFederatedAssertion(
  platform: Platform,
  client: Application,
  assertion: string,
): Promise<void> {
  const issuer = String(claimsIn(assertion)?.iss)
  const ofIssuer = (client.federatedCredentials ?? []).filter((one) => one.issuer === issuer)
  if (ofIssuer.length === 0) throw noMatchingRecord('issuer', issuer)
  const claims = await verify(platform, { assertion, issuer })
  if (claims['scp'] !== undefined) throw userTokenPresented()
  requireRecord(ofIssuer, claims)
  if (issuer !== platform.workload.issuer) requireManagedIdentity(platform, client, claims)
}

/** Of this platform's tokens only those of user-assigned identities in the application's tenant. */
function requireManagedIdentity(
  platform: Platform,
  { tenantId }: Application,
  { iss, sub }: JWTPayload,
): void {
  if (iss !== issuerOf(platform, tenantId)) throw foreignIdentityPresented(String(iss))
  const { managedIdentities = [] } = platform.directory
  const identity = managedIdentities.find(({ principalId }) => principalId === sub)
  if (identity?.type !== 'UserAssigned') throw unsuitableIdentityPresented()
}

function requireRecord(records: FederatedCredential[], { sub, aud }: JWTPayload): void {
  const ofSubject = records.filter(({ subject }) => subject === sub)
  if (ofSubject.length === 0) throw noMatchingRecord('subject', String(sub))
  const [audience, ...others] = [aud].flat()
  const isMeant = others.length === 0 && ofSubject.some((record) => record.audience === audience)
  if (!isMeant) throw noMatchingRecord('audience', String(aud))
}

async function verify(
  platform: Platform,
  { assertion, issuer }: { assertion: string; issuer: string },
): Promise<JWTPayload> {
  const keys = await keysOf(platform, issuer)
  let refusal: unknown
  for (const key of keys) {
    try {
      const { payload } = await jwtVerify(assertion, key, {
        algorithms: ['RS256'],
        currentDate: new Date(platform.now()),
        clockTolerance: 300,
        requiredClaims: ['exp', 'sub', 'aud'],
      })
      return payload
    } catch (error) {
      refusal = error
      if (!(error instanceof errors.JWSSignatureVerificationFailed)) break
    }
  }
  throw asAadsts(refusal)
}

/** The emulator fetches no keys: it knows its own, as platform and as the machine's issuer. */
async function keysOf(platform: Platform, issuer: string): Promise<CryptoKey[]> {
  const { workload, directory, keys } = platform
  if (issuer === workload.issuer) return [(await workload.key()).publicKey]
  if (directory.tenants.some(({ id }) => issuerOf(platform, id) === issuer)) {
    return keys.published().map(({ publicKey }) => publicKey)
  }
  throw assertionMalformed(`the emulator does not know the keys of '${issuer}'.`)
}

function asAadsts(error: unknown): Error {
  if (error instanceof errors.JWTExpired) return assertionOutsideItsTime()
  if (error instanceof errors.JWTClaimValidationFailed) {
    return error.claim === 'nbf' ? assertionOutsideItsTime() : assertionMalformed(error.message)
  }
  return assertionSignatureInvalid()
}

function claimsIn(assertion: string): JWTPayload | undefined {
  try {
    return decodeJwt(assertion)
  } catch {
    return undefined
  }
}
