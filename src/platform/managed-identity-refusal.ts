import type { EntraError } from '../protocol/entra-error.js'
import { PlatformUnavailableError } from '../protocol/platform-unavailable-error.js'
import { retryAfterOf } from '../protocol/retry-after.js'
import { CredentialRejectedError } from '../protocol/token-errors.js'
import type { CredentialContext } from './credential-context.js'
import { answerOf, type GrantAnswer } from './grant-answer.js'
import { refusalOf } from './grant-refusal.js'

export interface RefusedIdentity extends CredentialContext {
  readonly resource: string
  /** Client ID that was asked for; undefined for the identity assigned by the system. */
  readonly identity: string | undefined
  readonly response: Response
}

/**
 * The typed error for an answer without a token. The machine's endpoint passes on what the platform
 * said (an AADSTS number); without that it is the machine that has no such identity.
 */
export async function managedIdentityRefusalOf(refused: RefusedIdentity): Promise<EntraError> {
  const { response, clock, resource } = refused
  const { status } = response
  const answer = await answerIn(response)
  const isClientFault = status >= 400 && status < 500 && !isPassing(status)
  if (!isClientFault) {
    return new PlatformUnavailableError({
      endpoint: 'managed-identity',
      failure: 'status',
      detail: `It answered ${status}.`,
      retryAfter: retryAfterOf(response.headers.get('retry-after'), clock()) ?? pauseAfter(status),
    })
  }
  const scopes = [`${resource}/.default`]
  if (answer.codes.length > 0) {
    const { authority, clientId } = refused
    const grant = 'client_credentials'
    return refusalOf(answer, { grant, resource, scopes, authority, clientId, clock }, { status })
  }
  return new CredentialRejectedError({
    message: messageFor(refused, answer),
    resource,
    scopes,
    aadsts: [],
    oauthError: answer.error,
    suberror: answer.suberror,
    correlationId: answer.correlationId,
    traceId: answer.traceId,
    timestamp: answer.timestamp,
  })
}

/**
 * Whether an answer is about this moment: an identity on its way to the machine, or an endpoint that is
 * busy, restarting or being updated (410).
 */
export function isPassing(status: number): boolean {
  return [404, 408, 410, 429].includes(status) || status >= 500
}

/** Seconds. An update takes 70 at the most. */
function pauseAfter(status: number): number {
  return status === 410 ? 10 : 5
}

function messageFor({ identity, resource, response }: RefusedIdentity, answer: GrantAnswer) {
  const cure =
    identity === undefined
      ? 'Assign a managed identity to the machine, or name a user-assigned one: managedIdentity: { clientId }.'
      : `Compare managedIdentity.clientId, ${identity}, with the client ID of an identity that is assigned to the machine.`
  const signs = [String(response.status), answer.error].filter((sign) => sign !== undefined)
  return (
    `The managed identity endpoint of this machine refused a token for ${resource}. ${cure} ` +
    `(${signs.join(', ')})`
  )
}

/** App Service words its refusals in `message`, or in an object `error`. */
async function answerIn(response: Response): Promise<GrantAnswer> {
  try {
    const body = Object(JSON.parse(await response.text())) as Record<string, unknown>
    const { message } = Object(body['error']) as { message?: unknown }
    return answerOf({ error_description: message ?? body['message'], ...body })
  } catch {
    return answerOf({})
  }
}
