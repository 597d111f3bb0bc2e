import { KeyObject } from 'node:crypto'
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
  /** The cloud of a key that is not this one's. */
  cloudInstanceName?: string
}

export function createSigningKey(family: KeyFamily, keys: CryptoKeyPair, now: number): SigningKey {
  const commonName = commonNames[family]
  const certificate = selfSignedCertificate({ commonName, notBefore: now, keys })
  const { n = '', e = '' } = KeyObject.from(keys.publicKey).export({ format: 'jwk' })
  const x5c = Buffer.from(certificate).toString('base64')
  return { kid: thumbprint(certificate), family, ...keys, n, e, x5c }
}

const commonNames: Record<KeyFamily, string> = {
  organization: 'accounts.accesscontrol.windows.net',
  personal: 'Live ID STS Signing Public Key',
}
