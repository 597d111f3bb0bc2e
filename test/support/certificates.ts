import { selfSignedCertificate } from '../../src/emulator/keys/certificate.js'

export interface AppCertificate {
  /** Key and certificate, as a `.pem` file of an app holds them. */
  readonly pem: string
  /** The certificate alone, as it is uploaded to the registration. */
  readonly certificate: string
}

/**
 * A self-signed certificate for an app registration, or for a server of the name; valid for five
 * years from `notBefore`.
 */
export async function appCertificate(
  notBefore = Date.now(),
  commonName = 'app',
): Promise<AppCertificate> {
  const algorithm = {
    name: 'RSASSA-PKCS1-v1_5',
    modulusLength: 2048,
    publicExponent: Uint8Array.of(1, 0, 1),
    hash: 'SHA-256',
  }
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const der = selfSignedCertificate({ commonName, notBefore, keys })
  const key = new Uint8Array(await crypto.subtle.exportKey('pkcs8', keys.privateKey))
  const certificate = pemOf('CERTIFICATE', der)
  return { certificate, pem: pemOf('PRIVATE KEY', key) + certificate }
}

function pemOf(label: string, der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? []
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`
}
