import { bytesOfBinary } from '../protocol/binary-text.js'
import type { ConfigurationError } from '../protocol/configuration-error.js'
import { credentialFault } from './credential-fault.js'

/** A certificate with its private key, as PEM text says it. */
export interface CertificatePem {
  readonly privateKey: string
  /** DER of the certificate that the platform knows: the first one in the text. */
  readonly certificate: Uint8Array<ArrayBuffer>
  /** Every certificate in the text, as base64 DER in the same order: what `x5c` holds. */
  readonly chain: readonly [string, ...string[]]
}

/**
 * Splits PEM text into private key and certificates (RFC 7468).
 *
 * @throws ConfigurationError when one of them is missing or in a form Web Crypto cannot read.
 */
export function readCertificatePem(text: string): CertificatePem {
  const [privateKey] = blocksOf(text, 'PRIVATE KEY')
  const [first, ...others] = blocksOf(text, 'CERTIFICATE').map(base64In)
  if (privateKey === undefined) throw missingKey(text)
  if (first === undefined) {
    throw pemFault('holds no certificate. Append the certificate to the key: cat key.pem cert.pem')
  }
  return { privateKey, certificate: bytesOf(first), chain: [first, ...others] }
}

/** A mistake in the text that should hold a certificate with its key. */
export function pemFault(found: string): ConfigurationError {
  return credentialFault(`The certificate's PEM text ${found}`, 'AZURE_CLIENT_CERTIFICATE_PATH')
}

function missingKey(text: string): ConfigurationError {
  if (blocksOf(text, 'ENCRYPTED PRIVATE KEY').length > 0) {
    return pemFault('holds an encrypted key. Decrypt it: openssl pkcs8 -in key.pem -out plain.pem')
  }
  if (blocksOf(text, 'RSA PRIVATE KEY').length > 0) {
    return pemFault('holds a PKCS#1 key. Convert it: openssl pkcs8 -topk8 -nocrypt -in key.pem')
  }
  return pemFault(
    'holds no private key. From a .pfx file: openssl pkcs12 -in app.pfx -nodes -out app.pem',
  )
}

function blocksOf(text: string, label: string): string[] {
  return text.match(new RegExp(`-----BEGIN ${label}-----[^-]*-----END ${label}-----`, 'g')) ?? []
}

function base64In(block: string): string {
  return block.replace(/-----[A-Z ]+-----|\s/g, '')
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  try {
    return bytesOfBinary(atob(base64))
  } catch {
    throw pemFault('holds a certificate that is not base64. Export it again.')
  }
}
