import { base64url, importPKCS8, SignJWT } from 'jose'
import { createCertificateExpiry } from './certificate-expiry.js'
import { createCertificateFile } from './certificate-file.js'
import { secondsOf } from './clock.js'
import type { CredentialContext } from './credential-context.js'
import { credentialFault } from './credential-fault.js'
import { assertionProof, type ProofSource } from './credential-proof.js'
import { pemFault, type CertificatePem } from './pem.js'

const assertionLifetimeSeconds = 300

/**
 * Reads `credential.certificate`: an assertion for each request, signed PS256 and named by
 * `x5t#S256`. The file is read again for each of them, so a certificate that replaced another is
 * used at once.
 *
 * @throws ConfigurationError when the PEM text lacks the key or the certificate.
 * @see https://learn.microsoft.com/entra/identity-platform/certificate-credentials
 */
export function certificateCredential(option: unknown, context: CredentialContext): ProofSource {
  const { name, read, sendsChain } = sourceOf(option, context)
  const file = createCertificateFile({ name, read, warn: (text) => context.host.warn(text) })
  const expiry = createCertificateExpiry({ ...context, name })
  const signerFor = rememberingLast(signerOf)
  expiry.tell(file.current())
  return Object.freeze({
    kind: 'certificate',
    proofFor: async (tokenEndpoint: string) => {
      const certificate = file.current()
      expiry.require(certificate)
      const { key, thumbprint } = await signerFor(certificate)
      const now = secondsOf(context.clock)
      const assertion = await new SignJWT()
        .setProtectedHeader({
          alg: 'PS256',
          typ: 'JWT',
          'x5t#S256': thumbprint,
          ...(sendsChain && { x5c: [...certificate.chain] }),
        })
        .setIssuer(context.clientId)
        .setSubject(context.clientId)
        .setAudience(tokenEndpoint)
        .setJti(crypto.randomUUID())
        .setNotBefore(now)
        .setIssuedAt(now)
        .setExpirationTime(now + assertionLifetimeSeconds)
        .sign(key)
      return assertionProof(assertion)
    },
  })
}

interface CertificateSource {
  /** What messages call it. */
  readonly name: string
  readonly read: () => string
  /** Whether the certificates go along in `x5c`, for trust by subject name and issuer. */
  readonly sendsChain: boolean
}

function sourceOf(option: unknown, { host }: CredentialContext): CertificateSource {
  const { pem, path, x5c, ...rest } = Object(option) as Record<string, unknown>
  const isKnown = Object.keys(rest).length === 0 && (x5c === undefined || typeof x5c === 'boolean')
  const sendsChain = x5c === true
  if (isKnown && typeof pem === 'string' && path === undefined) {
    return { name: 'credential.certificate.pem', read: () => pem, sendsChain }
  }
  if (isKnown && typeof path === 'string' && pem === undefined) {
    return { name: path, read: () => textOf(path, () => host.readFile(path)), sendsChain }
  }
  throw credentialFault(
    'credential.certificate must be { pem: "-----BEGIN …" } or { path: "/…/app.pem" }, with ' +
      'x5c: true where the platform trusts the certificate by subject name and issuer.',
  )
}

function textOf(path: string, read: () => string): string {
  try {
    return read()
  } catch {
    throw credentialFault(`The certificate file ${path} cannot be read. Expected a PEM file.`)
  }
}

interface Signer {
  readonly key: CryptoKey
  /** base64url of the certificate's SHA-256. */
  readonly thumbprint: string
}

async function signerOf(pem: CertificatePem): Promise<Signer> {
  const digest = await crypto.subtle.digest('SHA-256', pem.certificate)
  const key = await importPKCS8(pem.privateKey, 'PS256').catch(() => {
    throw pemFault('holds a private key that is not an RSA key in PKCS#8 form.')
  })
  return { key, thumbprint: base64url.encode(new Uint8Array(digest)) }
}

function rememberingLast<Subject, Value>(make: (subject: Subject) => Promise<Value>) {
  let last: { subject: Subject; value: Promise<Value> } | undefined
  return (subject: Subject): Promise<Value> => {
    if (last?.subject !== subject) last = { subject, value: make(subject) }
    return last.value
  }
}
