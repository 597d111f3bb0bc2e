import { createHash, X509Certificate } from 'node:crypto'
import { selfSignedCertificate } from '../../src/emulator/keys/certificate.js'

export interface ClientCertificate {
  /** To be registered at an application. */
  pem: string
  /** `x5t` */
  sha1: string
  /** `x5t#S256` */
  sha256: string
  /** The private key as PEM (PKCS #8). */
  privateKeyPem: string
  /** The private key for one of the two algorithms. */
  privateKey(algorithm: 'PS256' | 'RS256'): Promise<CryptoKey>
}

/** @param notBefore start of its five years, in milliseconds */
export async function createClientCertificate(
  commonName: string,
  notBefore = Date.now(),
): Promise<ClientCertificate> {
  const algorithm = {
    name: 'RSASSA-PKCS1-v1_5',
    modulusLength: 2048,
    publicExponent: Uint8Array.of(1, 0, 1),
    hash: 'SHA-256',
  }
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const der = selfSignedCertificate({ commonName, notBefore, keys })
  const pkcs8 = await crypto.subtle.exportKey('pkcs8', keys.privateKey)
  return {
    pem: new X509Certificate(der).toString(),
    sha1: createHash('sha1').update(der).digest('base64url'),
    sha256: createHash('sha256').update(der).digest('base64url'),
    privateKeyPem: `-----BEGIN PRIVATE KEY-----\n${Buffer.from(pkcs8).toString('base64')}\n-----END PRIVATE KEY-----\n`,
    privateKey: (wanted) =>
      crypto.subtle.importKey(
        'pkcs8',
        pkcs8,
        { name: wanted === 'PS256' ? 'RSA-PSS' : 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
        false,
        ['sign'],
      ),
  }
}
