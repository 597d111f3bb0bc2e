import type { CustomFetch } from 'openid-client'
import type { CredentialContext } from './credential-context.js'
import { credentialFault } from './credential-fault.js'
import { authenticatedFetch } from './credential-fetch.js'
import { optionOf, proofSourceOf } from './credential-option.js'
import { createCredentialOrder } from './credential-order.js'
import type { CredentialKind } from './credential-proof.js'
import {
  createManagedIdentity,
  type ManagedIdentity,
  type ManagedIdentityContext,
} from './managed-identity.js'
import { managedIdentityOptionOf } from './managed-identity-option.js'

/** How the app proves to the platform who it is. Holds no secret in a visible field. */
export interface Credential {
  /** What it consists of, in the order of the configuration. */
  readonly kinds: readonly CredentialKind[]
  /**
   * The same fetch with a proof in every form that it posts. When the platform rejects the proof,
   * the form is sent again with the next one there is; the one that worked comes first from then
   * on, and one that was rejected rests for a while.
   */
  authenticated(send: CustomFetch): CustomFetch
}

/**
 * Reads the credential option: one credential, or a list in order of preference. Undefined when
 * there is none, or when a managed identity stands in for the app.
 *
 * @throws ConfigurationError when one of them is none, holds two, or cannot be read.
 */
export function createCredential(
  option: unknown,
  context: CredentialContext,
): Credential | undefined {
  if (option === undefined || standsInForApp(option)) return undefined
  const options: readonly unknown[] = Array.isArray(option) ? option : [option]
  if (options.length === 0) {
    throw credentialFault('credential is an empty list. Leave it out, or give a credential.')
  }
  const sources = options.map((one) => proofSourceOf(one, context))
  const order = createCredentialOrder(sources, {
    clock: context.clock,
    warn: (message) => context.host.warn(message),
  })
  return Object.freeze({
    kinds: Object.freeze(sources.map(({ kind }) => kind)),
    authenticated: (send: CustomFetch) => authenticatedFetch(order, send),
  })
}

/**
 * Reads `credential: { managedIdentity }`: tokens of the identity itself, where the app
 * registration plays no part.
 *
 * @throws ConfigurationError when it is malformed.
 */
export function createManagedIdentityCaller(
  option: unknown,
  context: ManagedIdentityContext,
): ManagedIdentity | undefined {
  if (!standsInForApp(option)) return undefined
  return createManagedIdentity(managedIdentityOptionOf(optionOf(option).value), context)
}

function standsInForApp(option: unknown): boolean {
  return (
    !Array.isArray(option) && option !== undefined && optionOf(option).name === 'managedIdentity'
  )
}
