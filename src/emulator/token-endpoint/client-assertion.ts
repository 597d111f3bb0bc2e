import { createHash, X509Certificate } from 'node:crypto'
import { decodeProtectedHeader, errors, jwtVerify, type JWTPayload } from 'jose'
import type { Application } from '../directory.js'
import {
  assertionCertificateExpired,
  assertionKeyUnknown,
  assertionMalformed,
  assertionOutsideItsTime,
  assertionSignatureInvalid,
  assertionSubjectMismatch,
} from '../errors/client-assertion-errors.js'

export interface ClientAssertionRequest {
  assertion: string
  audiences: string[]
  /** Milliseconds. */
  now: number
}

/** Seconds that clocks may differ. */
const skew = 300

/**
 * A client's certificate at work: PS256 names it by `x5t#S256`, the older RS256 by `x5t`.
 * https://learn.microsoft.com/entra/identity-platform/certificate-credentials
 */
export async function verifyClientAssertion(
  client: Application,
  { assertion, audiences, now }: ClientAssertionRequest,
): Promise<void> {
  const certificate = certificateOf(client, assertion)
  if (!isValid(certificate, now)) throw assertionCertificateExpired()
  const { payload } = await jwtVerify(assertion, certificate.publicKey, {
    algorithms: ['PS256', 'RS256'],
    currentDate: new Date(now),
    clockTolerance: skew,
    requiredClaims: ['exp', 'iss', 'sub', 'aud', 'jti'],
  }).catch(asAadsts)
  requireParties(client, payload, audiences)
}

function requireParties({ appId }: Application, payload: JWTPayload, audiences: string[]): void {
  if (payload.iss !== payload.sub) throw assertionSubjectMismatch()
  if (payload.iss?.toLowerCase() !== appId) {
    throw assertionMalformed(`the issuer is '${String(payload.iss)}', not the client id.`)
  }
  const addressed = [payload.aud].flat()
  if (addressed.length !== 1 || !audiences.includes(String(addressed[0]))) {
    throw assertionMalformed(`the audience is '${String(payload.aud)}', not the token endpoint.`)
  }
}

function certificateOf({ certificates = [] }: Application, assertion: string): X509Certificate {
  const { alg, x5t, 'x5t#S256': x5tS256 } = headerOf(assertion)
  const named = alg === 'PS256' ? (x5tS256 ?? x5t) : (x5t ?? x5tS256)
  if (typeof named !== 'string') {
    throw assertionMalformed("the header has neither 'x5t#S256' nor 'x5t'.")
  }
  const certificate = certificates
    .map((pem) => new X509Certificate(pem))
    .find(({ raw }) => [digest('sha1', raw), digest('sha256', raw)].includes(named))
  if (certificate === undefined) throw assertionKeyUnknown(named)
  return certificate
}

function isValid({ validFrom, validTo }: X509Certificate, now: number): boolean {
  return now >= Date.parse(validFrom) - skew * 1000 && now <= Date.parse(validTo) + skew * 1000
}

function headerOf(assertion: string): Record<string, unknown> {
  try {
    return { ...decodeProtectedHeader(assertion) }
  } catch {
    throw assertionMalformed('it is not a JSON Web Token.')
  }
}

function digest(algorithm: 'sha1' | 'sha256', bytes: Buffer): string {
  return createHash(algorithm).update(bytes).digest('base64url')
}

function asAadsts(error: unknown): never {
  if (error instanceof errors.JWTExpired) throw assertionOutsideItsTime()
  if (error instanceof errors.JWTClaimValidationFailed) {
    throw error.claim === 'nbf' ? assertionOutsideItsTime() : assertionMalformed(error.message)
  }
  throw assertionSignatureInvalid()
}
