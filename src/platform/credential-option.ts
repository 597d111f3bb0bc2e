import { isGuid } from '../protocol/tenant.js'
import { certificateCredential } from './certificate-credential.js'
import type { CredentialContext } from './credential-context.js'
import { credentialFault, credentialForms } from './credential-fault.js'
import type { ProofSource } from './credential-proof.js'
import { federatedCredential } from './federated-credential.js'

const names = ['secret', 'certificate', 'federated', 'managedIdentity'] as const

export interface NamedCredential {
  readonly name: (typeof names)[number]
  readonly value: unknown
}

/**
 * What a credential is called, and what it holds. `{ secret: undefined }` is no credential.
 *
 * @throws ConfigurationError when there is not exactly one.
 */
export function optionOf(option: unknown): NamedCredential {
  if (typeof option !== 'object' || option === null || Array.isArray(option)) {
    throw shapeFault(Array.isArray(option) ? 'a list in a list' : typeof option)
  }
  const given = Object.entries(option).filter(([, value]) => value !== undefined)
  const unknownName = Object.keys(option).find((name) => !isName(name))
  if (unknownName !== undefined) throw shapeFault(`an object with ${unknownName}`)
  const [[name, value] = [], [other] = []] = given
  if (name === undefined || !isName(name)) throw shapeFault('an object without a credential')
  if (other !== undefined) {
    throw credentialFault(
      `credential holds both ${name} and ${other}. Keep one, or write a list whose credentials ` +
        `are tried one after the other: [{ ${name} }, { ${other} }].`,
    )
  }
  return { name, value }
}

/** Reads one credential. @throws ConfigurationError when it is malformed. */
export function proofSourceOf(option: unknown, context: CredentialContext): ProofSource {
  const { name, value } = optionOf(option)
  switch (name) {
    case 'secret':
      return secretCredential(value, context)
    case 'certificate':
      return certificateCredential(value, context)
    case 'federated':
      return federatedCredential(value, context)
    case 'managedIdentity':
      throw credentialFault(
        'credential lists { managedIdentity }, which gets tokens without the app registration ' +
          'and so cannot be one of several. To prove the app registration by a managed identity, ' +
          'write { federated: { managedIdentity: {} } }.',
      )
  }
}

function secretCredential(secret: unknown, { host }: CredentialContext): ProofSource {
  if (typeof secret !== 'string' || secret.trim() === '') {
    throw shapeFault(secret === '' ? 'an empty secret' : 'a secret that is no text or empty')
  }
  if (isGuid(secret)) {
    throw credentialFault(
      'credential.secret is a GUID, which is the ID of a client secret (AADSTS7000215). Use the ' +
        'value that "Certificates & secrets" shows once, right after the secret was made.',
    )
  }
  if (host.environment['NODE_ENV'] === 'production') {
    host.warn(
      'credential is a client secret, in production. A secret can be copied wherever it is kept; ' +
        'a certificate or a federated credential is safer: credential: { certificate: { path } } ' +
        'or { federated: { … } }.',
    )
  }
  return Object.freeze({
    kind: 'secret',
    proofFor: () => Promise.resolve({ client_secret: secret }),
  })
}

function isName(name: string): name is NamedCredential['name'] {
  return (names as readonly string[]).includes(name)
}

function shapeFault(found: string) {
  return credentialFault(`credential is ${found}. Expected ${credentialForms}.`)
}
