import { EntraError } from '../protocol/entra-error.js'
import type { Clock } from './clock.js'
import type { CredentialContext } from './credential-context.js'
import { credentialFault } from './credential-fault.js'
import { assertionProof, type ProofSource } from './credential-proof.js'
import { createManagedIdentity, type ManagedIdentity } from './managed-identity.js'
import { managedIdentityOptionOf } from './managed-identity-option.js'

/**
 * Reads `credential.federated`: another issuer's statement of who this workload is, which the app
 * registration trusts. Where it comes from is asked anew for each token request, because it is
 * short-lived.
 *
 * @throws ConfigurationError when it is not exactly one of token file, managed identity, callback.
 * @see https://learn.microsoft.com/entra/workload-id/workload-identity-federation
 */
export function federatedCredential(option: unknown, context: CredentialContext): ProofSource {
  const assertion = assertionFrom(option, context)
  return Object.freeze({
    kind: 'federated',
    proofFor: async () => assertionProof(await assertion()),
  })
}

function assertionFrom(option: unknown, context: CredentialContext): () => Promise<string> {
  const entries = Object.entries(Object(option) as Record<string, unknown>)
  const [[name, value] = [], ...others] = entries.filter(([, given]) => given !== undefined)
  if (others.length > 0) throw shapeFault()
  if (name === 'tokenFile' && typeof value === 'string' && value !== '') {
    return fromFile(value, context)
  }
  if (name === 'assertion' && typeof value === 'function') {
    return fromCallback(value as () => unknown) // what it gives is looked at
  }
  if (name === 'managedIdentity') {
    const identity = createManagedIdentity(managedIdentityOptionOf(value), context)
    return fromIdentity(identity, context)
  }
  throw shapeFault()
}

/** Kubernetes writes a new token into the file long before the old one expires. */
function fromFile(path: string, { host }: CredentialContext): () => Promise<string> {
  function read(): string {
    const text = textOf(() => host.readFile(path))
    if (text !== undefined && isJwt(text)) return text
    throw credentialFault(
      `The token file ${path} ${text === undefined ? 'cannot be read' : 'holds no JSON Web Token'}. ` +
        'Expected the file that the workload identity webhook mounts into the pod; the pod needs ' +
        'the label azure.workload.identity/use: "true".',
      'AZURE_FEDERATED_TOKEN_FILE',
    )
  }
  read()
  return async () => Promise.resolve(read())
}

function fromCallback(callback: () => unknown): () => Promise<string> {
  return async () => {
    const assertion = await givenBy(callback)
    if (typeof assertion === 'string' && isJwt(assertion)) return assertion
    throw credentialFault(
      `The callback credential.federated.assertion gave ${typeof assertion}, which is no JSON Web ` +
        'Token. Expected the text of a token whose issuer, subject and audience stand in a ' +
        'federated credential of the app registration.',
    )
  }
}

/** What a program throws may quote a token, so only its name is told. */
async function givenBy(callback: () => unknown): Promise<unknown> {
  try {
    return await callback()
  } catch (error) {
    if (error instanceof EntraError) throw error
    const name = error instanceof Error ? error.name.slice(0, 60) : typeof error
    throw credentialFault(
      `The callback credential.federated.assertion failed (${name}). Catch the error in the ` +
        'callback to see more of it.',
    )
  }
}

function fromIdentity(
  identity: ManagedIdentity,
  { authority, clock }: CredentialContext,
): () => Promise<string> {
  return keptUntilItAges(clock, () => identity.token(authority.cloud.tokenExchangeResource))
}

type IdentityToken = Awaited<ReturnType<ManagedIdentity['token']>>

/** A token that ends sooner could end on the way. */
const lastSeconds = 10

/** The machine's endpoint limits how often it may be asked, and its tokens live for hours. */
function keptUntilItAges(clock: Clock, fetchToken: () => Promise<IdentityToken>) {
  let kept: { token: IdentityToken; since: number } | undefined
  let pending: Promise<IdentityToken> | undefined

  /** Whether it lives for a while yet: a part of its lifetime, five minutes at the most, by default. */
  function lasts(
    { token, since }: NonNullable<typeof kept>,
    rest = Math.min(300, token.expires_in / 4),
  ): boolean {
    const elapsed = (clock() - since) / 1000
    return elapsed >= 0 && elapsed < token.expires_in - rest
  }

  async function renew(): Promise<IdentityToken> {
    try {
      const token = await fetchToken()
      kept = { token, since: clock() }
      return token
    } finally {
      pending = undefined
    }
  }

  return async (): Promise<string> => {
    if (kept !== undefined && lasts(kept)) return kept.token.access_token
    pending ??= renew()
    try {
      return (await pending).access_token
    } catch (error) {
      // What has begun to age serves until it ends.
      if (kept !== undefined && lasts(kept, lastSeconds)) return kept.token.access_token
      throw error
    }
  }
}

function textOf(read: () => string): string | undefined {
  try {
    return read().trim()
  } catch {
    return undefined
  }
}

function isJwt(text: string): boolean {
  return /^[\w-]+\.[\w-]+\.[\w-]+$/.test(text)
}

function shapeFault() {
  return credentialFault(
    "credential.federated must be one of { tokenFile: '/…' }, { managedIdentity: {} } and " +
      '{ assertion: async () => token }.',
  )
}
