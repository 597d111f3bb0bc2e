import { AadstsError } from './aadsts-error.js'

/** Refusals of what a client signs, or has somebody sign, in place of a secret. */

export function assertionKeyUnknown(thumbprint: string): AadstsError {
  return new AadstsError({
    code: 700027,
    error: 'invalid_client',
    message: `The certificate with identifier used to sign the client assertion is not registered on application. [Reason - The key was not found., Thumbprint of key used by client: '${thumbprint}']`,
  })
}

/** Not the assertion but the certificate that signed it, which may not have begun either. */
export function assertionCertificateExpired(): AadstsError {
  return new AadstsError({
    code: 1000502,
    error: 'invalid_client',
    message: 'The provided certificate is not within its specified validity period.',
  })
}

export function assertionSignatureInvalid(): AadstsError {
  return new AadstsError({
    code: 7000274,
    error: 'invalid_client',
    message: 'Client assertion failed signature validation.',
  })
}

export function assertionOutsideItsTime(): AadstsError {
  return new AadstsError({
    code: 700024,
    error: 'invalid_client',
    message: 'Client assertion is not within its valid time range.',
  })
}

export function assertionSubjectMismatch(): AadstsError {
  return new AadstsError({
    code: 50048,
    error: 'invalid_client',
    message: "Subject must match issuer claim ('iss') in the client assertion.",
  })
}

export function assertionMalformed(detail: string): AadstsError {
  return new AadstsError({
    code: 50012,
    error: 'invalid_client',
    message: `Client assertion is invalid: ${detail}`,
  })
}
