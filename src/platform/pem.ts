import { ConfigurationError } from '../protocol/configuration-error.js'

/** A certificate with its private key, as PEM text says it. */
export interface CertificatePem {
  readonly privateKey: string
  /** DER of the certificate that the platform knows: the first one in the text. */
  readonly certificate: Uint8Array<ArrayBuffer>
}

/**
 * Splits PEM text into private key and certificate (RFC 7468).
 *
 * @throws ConfigurationError when one of them is missing or in a form Web Crypto cannot read.
 */
export function readCertificatePem(text: string): CertificatePem {
  const [privateKey] = blocksOf(text, 'PRIVATE KEY')
  const [certificate] = blocksOf(text, 'CERTIFICATE')
  if (privateKey === undefined) throw missingKey(text)
  if (certificate === undefined) {
    throw fault('holds no certificate. Append the certificate to the key: cat key.pem cert.pem')
  }
  return { privateKey, certificate: derOf(certificate) }
}

function missingKey(text: string): ConfigurationError {
  if (blocksOf(text, 'ENCRYPTED PRIVATE KEY').length > 0) {
    return fault('holds an encrypted key. Decrypt it: openssl pkcs8 -in key.pem -out plain.pem')
  }
  if (blocksOf(text, 'RSA PRIVATE KEY').length > 0) {
    return fault('holds a PKCS#1 key. Convert it: openssl pkcs8 -topk8 -nocrypt -in key.pem')
  }
  return fault(
    'holds no private key. From a .pfx file: openssl pkcs12 -in app.pfx -nodes -out app.pem',
  )
}

function blocksOf(text: string, label: string): string[] {
  return text.match(new RegExp(`-----BEGIN ${label}-----[^-]*-----END ${label}-----`, 'g')) ?? []
}

function derOf(block: string): Uint8Array<ArrayBuffer> {
  const base64 = block.replace(/-----[A-Z ]+-----|\s/g, '')
  try {
    return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
  } catch {
    throw fault('holds a certificate that is not base64. Export it again.')
  }
}

function fault(found: string): ConfigurationError {
  return new ConfigurationError({
    message: `The certificate's PEM text ${found}`,
    option: 'credential',
    environmentVariable: 'AZURE_CLIENT_CERTIFICATE_PATH',
  })
}
