import { diagnose } from '../protocol/aadsts.js'
import type { EntraError } from '../protocol/entra-error.js'
import { PlatformUnavailableError } from '../protocol/platform-unavailable-error.js'
import { CredentialRejectedError, ThrottledError } from '../protocol/token-errors.js'
import type { CredentialKind } from './credential-proof.js'
import type { GrantAnswer } from './grant-answer.js'
import type { GrantContext } from './grant-context.js'
import { refusalOf } from './grant-refusal.js'

/** Why one credential is of no use: the platform rejected it, or there was nothing to send. */
export type CredentialFault =
  | { readonly kind: CredentialKind; readonly answer: GrantAnswer }
  | { readonly kind: CredentialKind; readonly error: EntraError }

/** No credential is left. What was asked for is known only where the request was made. */
export class NoCredentialAccepted extends Error {
  readonly faults: readonly CredentialFault[]

  constructor(faults: readonly CredentialFault[]) {
    super('No credential was accepted.')
    this.faults = faults
  }
}

/** The error for the one who wanted the token; names each credential's fault. */
export function credentialRefusalOf(
  { faults }: NoCredentialAccepted,
  context: GrantContext,
): EntraError {
  const [first, ...others] = faults
  if (first !== undefined && others.length === 0) return onlyFault(first, context)
  const outage = faults.map(errorOf).find(isOutage)
  if (outage !== undefined) return outage
  const answers = faults.flatMap((fault) => ('answer' in fault ? [fault.answer] : []))
  const last = answers.at(-1)
  const reasons = faults.map((fault) => `${fault.kind}: ${explanationOf(fault)}`)
  return new CredentialRejectedError({
    message: `None of the ${faults.length} credentials can be used. ${reasons.join(' ')}`,
    resource: context.resource,
    scopes: context.scopes,
    aadsts: [...new Set(answers.flatMap(({ codes }) => codes))],
    oauthError: last?.error,
    suberror: last?.suberror,
    correlationId: last?.correlationId,
    traceId: last?.traceId,
    timestamp: last?.timestamp,
  })
}

/** What is wrong with a credential, and the cure. */
export function explanationOf(fault: CredentialFault): string {
  if ('error' in fault) return fault.error.message
  const { explanation, cure, aadsts } = diagnose(fault.answer)
  return `${explanation} ${cure}${aadsts === undefined ? '' : ` (AADSTS${aadsts})`}`
}

function onlyFault(fault: CredentialFault, context: GrantContext): EntraError {
  return 'error' in fault ? fault.error : refusalOf(fault.answer, context)
}

function errorOf(fault: CredentialFault): EntraError | undefined {
  return 'error' in fault ? fault.error : undefined
}

/** It may pass by itself, so it is not yet said that no credential is any good. */
function isOutage(error: EntraError | undefined): error is EntraError {
  return error instanceof PlatformUnavailableError || error instanceof ThrottledError
}
