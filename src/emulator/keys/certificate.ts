import { createHash, KeyObject, sign } from 'node:crypto'
import { integer, nullValue, objectId, sequence, set, tagged, time, utf8, bits } from './der.js'

export interface CertificateRequest {
  commonName: string
  /** Start of the validity, in milliseconds. */
  notBefore: number
  /** The RSA key to certify; it signs its own certificate. */
  keys: CryptoKeyPair
}

/** A self-signed X.509 certificate with five years of validity (RFC 5280), as DER. */
export function selfSignedCertificate(request: CertificateRequest): Uint8Array {
  const { commonName, notBefore, keys } = request
  const name = sequence(set(sequence(objectId('2.5.4.3'), utf8(commonName))))
  const publicKey = KeyObject.from(keys.publicKey).export({ format: 'der', type: 'spki' })
  const toBeSigned = sequence(
    tagged(0, integer(Uint8Array.of(2))),
    integer(crypto.getRandomValues(new Uint8Array(16))),
    sha256WithRsa,
    name,
    sequence(time(new Date(notBefore)), time(fiveYearsAfter(notBefore))),
    name,
    publicKey,
  )
  const signature = sign('sha256', toBeSigned, KeyObject.from(keys.privateKey))
  return sequence(toBeSigned, sha256WithRsa, bits(signature))
}

/** base64url(SHA-1(DER)): what `kid` and `x5t` are at Entra. */
export function thumbprint(certificate: Uint8Array): string {
  return createHash('sha1').update(certificate).digest('base64url')
}

const sha256WithRsa = sequence(objectId('1.2.840.113549.1.1.11'), nullValue)

function fiveYearsAfter(start: number): Date {
  const date = new Date(start)
  date.setUTCFullYear(date.getUTCFullYear() + 5)
  return date
}
