import type { ClientAuth } from 'openid-client'
import { ClientSecretPost } from 'openid-client'
import type { Host } from '../host/host.js'
import { ConfigurationError } from '../protocol/configuration-error.js'
import { isGuid } from '../protocol/tenant.js'
import { certificateAuthentication } from './certificate-credential.js'
import type { Clock } from './clock.js'

/** How the app proves to the platform who it is. Holds no secret in a visible field. */
export interface Credential {
  readonly kind: 'secret' | 'certificate'
  /** Puts the proof into a request to the token endpoint (RFC 6749 section 2.3, RFC 7523). */
  authenticate(tokenEndpoint: string): ClientAuth
}

export interface CredentialContext {
  readonly clientId: string
  readonly host: Host
  readonly clock: Clock
}

/**
 * Reads the credential option.
 *
 * @throws ConfigurationError when it is neither a secret nor a certificate, or both, or unreadable.
 */
export function createCredential(
  option: unknown,
  context: CredentialContext,
): Credential | undefined {
  if (option === undefined) return undefined
  if (typeof option !== 'object' || option === null) throw shapeFault(typeof option)
  const { secret, certificate, ...rest } = option as Record<string, unknown>
  const unknownName = Object.keys(rest)[0]
  if (unknownName !== undefined) throw shapeFault(`an object with ${unknownName}`)
  if (secret !== undefined && certificate !== undefined) {
    throw fault('credential holds both a secret and a certificate. Keep the certificate.')
  }
  if (certificate !== undefined) return certificateCredential(certificate, context)
  return secretCredential(secret)
}

function secretCredential(secret: unknown): Credential {
  if (typeof secret !== 'string' || secret.trim() === '') {
    throw shapeFault(secret === undefined ? 'an object without secret or certificate' : 'empty')
  }
  if (isGuid(secret)) {
    throw fault(
      'credential.secret is a GUID, which is the ID of a client secret (AADSTS7000215). Use the ' +
        'value that "Certificates & secrets" shows once, right after the secret was made.',
    )
  }
  const authentication = ClientSecretPost(secret)
  return Object.freeze({ kind: 'secret', authenticate: () => authentication })
}

function certificateCredential(certificate: unknown, context: CredentialContext): Credential {
  const { pem, path } = Object(certificate) as Record<string, unknown>
  const read = sourceOf(pem, path, context.host)
  const authenticate = certificateAuthentication(read, context)
  return Object.freeze({ kind: 'certificate', authenticate })
}

function sourceOf(pem: unknown, path: unknown, host: Host): () => string {
  if (typeof pem === 'string' && path === undefined) return () => pem
  if (typeof path !== 'string' || pem !== undefined) {
    throw fault('credential.certificate must be { pem: "-----BEGIN …" } or { path: "/…/app.pem" }.')
  }
  return () => {
    try {
      return host.readFile(path)
    } catch {
      throw fault(`The certificate file ${path} cannot be read. Expected a PEM file.`)
    }
  }
}

function shapeFault(found: string): ConfigurationError {
  return fault(
    `credential is ${found}. Expected { secret: '…' } or { certificate: { path } }; both stand ` +
      `under "Certificates & secrets" of the app registration in the Microsoft Entra admin center.`,
  )
}

function fault(message: string): ConfigurationError {
  return new ConfigurationError({
    message,
    option: 'credential',
    environmentVariable: 'AZURE_CLIENT_SECRET or AZURE_CLIENT_CERTIFICATE_PATH',
  })
}
