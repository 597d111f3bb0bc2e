import { exportJWK } from 'jose'
import type { KeyFamily } from '../emulator.js'
import { selfSignedCertificate, thumbprint } from './certificate.js'

/** An RSA key with its certificate; at Entra `kid` and `x5t` are the certificate's thumbprint. */
export interface SigningKey {
  kid: string
  family: KeyFamily
  privateKey: CryptoKey
  publicKey: CryptoKey
  /** Members of the public JWK. */
  n: string
  e: string
  /** The certificate, base64 DER. */
  x5c: string
}

export async function generateSigningKey(family: KeyFamily, now: number): Promise<SigningKey> {
  const keys = await crypto.subtle.generateKey(
    {
      name: 'RSASSA-PKCS1-v1_5',
      modulusLength: 2048,
      publicExponent: Uint8Array.of(1, 0, 1),
      hash: 'SHA-256',
    },
    true,
    ['sign', 'verify'],
  )
  const commonName = commonNames[family]
  const certificate = await selfSignedCertificate({ commonName, notBefore: now, keys })
  const { n = '', e = '' } = await exportJWK(keys.publicKey)
  const x5c = Buffer.from(certificate).toString('base64')
  return { kid: thumbprint(certificate), family, ...keys, n, e, x5c }
}

const commonNames: Record<KeyFamily, string> = {
  organization: 'accounts.accesscontrol.windows.net',
  personal: 'Live ID STS Signing Public Key',
}
