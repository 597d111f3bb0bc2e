import type { FailureKind } from '../protocol/aadsts-row.js'
import { diagnose, type Diagnosis } from '../protocol/aadsts.js'
import { adminConsentUrl } from '../protocol/admin-consent.js'
import type { EntraError } from '../protocol/entra-error.js'
import { PlatformUnavailableError } from '../protocol/platform-unavailable-error.js'
import {
  AdminConsentRequiredError,
  CallerTokenRejectedError,
  ConsentRequiredError,
  CredentialRejectedError,
  InteractionRequiredError,
  RequestRefusedError,
  ThrottledError,
  type TokenRefusal,
} from '../protocol/token-errors.js'
import type { GrantAnswer } from './grant-answer.js'
import type { GrantContext } from './grant-context.js'

/** What the answer's HTTP layer says. */
export interface AnswerEnvelope {
  readonly status?: number
  /** Seconds of its Retry-After header, if it had one. */
  readonly pauseSeconds?: number | undefined
}

/** The typed error for an error answer of the platform. */
export function refusalOf(
  answer: GrantAnswer,
  context: GrantContext,
  { status, pauseSeconds }: AnswerEnvelope = {},
): EntraError {
  const diagnosis = diagnosisFor(answer, context, status)
  const refusal = refusalWith(diagnosis, answer, context)
  const { claims } = answer
  switch (diagnosis.kind) {
    case 'interaction':
      return new InteractionRequiredError({ ...refusal, claims, next: 'sign-in' })
    case 'restart':
      return new InteractionRequiredError({ ...refusal, claims, next: 'restart' })
    case 'user-consent':
      return new ConsentRequiredError({ ...refusal, claims })
    case 'admin-consent':
      return new AdminConsentRequiredError({ ...refusal, adminConsentUrl: consentPageOf(context) })
    case 'credential':
      return new CredentialRejectedError(refusal)
    case 'denied':
    case 'configuration':
      return new RequestRefusedError({ ...refusal, reason: diagnosis.kind })
    case 'throttled':
      return new ThrottledError({ ...refusal, retryAfterSeconds: pauseSeconds })
    case 'caller-token':
      return new CallerTokenRejectedError(refusal)
    case 'transient':
      return new PlatformUnavailableError({
        endpoint: 'token',
        failure: 'status',
        detail: refusal.message,
        retryAfter: pauseSeconds ?? usualPauseSeconds,
      })
  }
}

const usualPauseSeconds = 5

function diagnosisFor(answer: GrantAnswer, context: GrantContext, status?: number): Diagnosis {
  const diagnosis = diagnose(answer)
  if (status === 429 && diagnosis.kind !== 'throttled') return { ...diagnosis, ...tooMany }
  const kind = kindFor(context.grant)[diagnosis.kind] ?? diagnosis.kind
  return { ...diagnosis, kind }
}

const tooMany = {
  kind: 'throttled',
  explanation: 'The platform limits the requests of this application.',
  cure: 'Wait before asking again, and keep tokens for as long as they are valid.',
} as const

/** Without a user nobody can sign in or consent; without an assertion none can be at fault. */
function kindFor(grant: string): Partial<Record<FailureKind, FailureKind>> {
  if (grant === 'on-behalf-of') return {}
  if (grant !== 'client_credentials') return { 'caller-token': 'configuration' }
  return {
    interaction: 'configuration',
    restart: 'configuration',
    denied: 'configuration',
    'caller-token': 'configuration',
    'user-consent': 'admin-consent',
  }
}

function refusalWith(
  diagnosis: Diagnosis,
  answer: GrantAnswer,
  context: GrantContext,
): TokenRefusal {
  const { aadsts, explanation, cure } = diagnosis
  const { correlationId, traceId, timestamp } = answer
  const signs = [
    aadsts === undefined ? undefined : `AADSTS${aadsts}`,
    answer.error,
    answer.suberror,
    correlationId === undefined ? undefined : `correlation ID ${correlationId}`,
  ].filter((sign) => sign !== undefined)
  return {
    message:
      `The platform refused ${subjectOf(context)}. ${explanation} ${cure}` +
      (signs.length === 0 ? '' : ` (${signs.join(', ')})`),
    resource: context.resource,
    scopes: context.scopes,
    aadsts: decidingFirst(aadsts, answer.codes),
    oauthError: answer.error,
    suberror: answer.suberror,
    correlationId,
    traceId,
    timestamp,
  }
}

function decidingFirst(deciding: number | undefined, codes: readonly number[]): readonly number[] {
  return deciding === undefined ? codes : [deciding, ...codes.filter((code) => code !== deciding)]
}

function subjectOf({ grant, resource }: GrantContext): string {
  const subject = subjects.get(grant) ?? 'a token'
  return resource === undefined ? subject : `${subject} for ${resource}`
}

const subjects: ReadonlyMap<string, string> = new Map([
  ['on-behalf-of', 'a token on behalf of the caller'],
  ['client_credentials', 'a token for the application itself'],
  ['refresh_token', 'a token for the signed-in user'],
  ['authorization_code', 'to complete the sign-in'],
])

function consentPageOf(context: GrantContext): string {
  const { authority, clientId, scopes, adminConsentPage } = context
  return adminConsentPage ?? adminConsentUrl({ authority, clientId, scopes })
}
