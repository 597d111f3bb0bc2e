import { applicationRefusals } from './aadsts-application.js'
import type { AadstsRow, FailureKind } from './aadsts-row.js'
import { userRefusals } from './aadsts-user.js'

/** What an error answer of the platform holds, as far as it decides what to do. */
export interface ErrorAnswer {
  /** The OAuth `error`. */
  readonly error: string | undefined
  readonly suberror: string | undefined
  /** The AADSTS numbers, in the order of the answer. */
  readonly codes: readonly number[]
}

/** An error answer understood. */
export interface Diagnosis {
  readonly kind: FailureKind
  /** The AADSTS number that decided, if one is known. */
  readonly aadsts: number | undefined
  readonly explanation: string
  readonly cure: string
}

/** Every error of the platform that is told apart by its number. */
export const aadstsTable: readonly AadstsRow[] = Object.freeze([
  ...userRefusals,
  ...applicationRefusals,
])

/**
 * Tells what an error answer means. A known AADSTS number decides; with none, `suberror` and then
 * `error` do, as Microsoft asks clients to do, because numbers come and go.
 *
 * @see https://learn.microsoft.com/entra/identity-platform/reference-error-codes
 */
export function diagnose(answer: ErrorAnswer): Diagnosis {
  const code = answer.codes.find((number) => rowsByCode.has(number))
  const row = code === undefined ? undefined : rowsByCode.get(code)
  if (row === undefined) return diagnoseUnknown(answer)
  const { explanation, cure } = row
  const kind = row.kindByError?.[answer.error ?? ''] ?? row.kind
  return { kind, aadsts: code, explanation, cure }
}

function diagnoseUnknown({ error, suberror, codes }: ErrorAnswer): Diagnosis {
  const kind = kindBySuberror.get(suberror ?? '') ?? kindByError.get(error ?? '') ?? 'configuration'
  return { kind, aadsts: codes[0], ...wordsByKind[kind] }
}

const rowsByCode: ReadonlyMap<number, AadstsRow> = new Map(
  aadstsTable.flatMap((row) => row.codes.map((code) => [code, row] as const)),
)

const kindBySuberror: ReadonlyMap<string, FailureKind> = new Map([
  ['consent_required', 'user-consent'],
  ['basic_action', 'interaction'],
  ['additional_action', 'interaction'],
  ['message_only', 'interaction'],
  ['user_password_expired', 'interaction'],
  ['bad_token', 'interaction'],
  ['token_expired', 'interaction'],
  ['client_mismatch', 'interaction'],
  ['protection_policy_required', 'interaction'],
  ['device_authentication_failed', 'interaction'],
])

const kindByError: ReadonlyMap<string, FailureKind> = new Map([
  ['interaction_required', 'interaction'],
  ['login_required', 'interaction'],
  ['account_selection_required', 'interaction'],
  ['user_password_expired', 'interaction'],
  ['bad_token', 'interaction'],
  ['invalid_grant', 'interaction'],
  ['consent_required', 'user-consent'],
  ['access_denied', 'denied'],
  ['invalid_client', 'credential'],
  ['temporarily_unavailable', 'transient'],
  ['server_error', 'transient'],
])

const wordsByKind: Readonly<Record<FailureKind, { explanation: string; cure: string }>> = {
  interaction: {
    explanation: 'The platform wants the user to sign in again or to prove more.',
    cure: 'Send the user through a sign-in for the same scopes, with the claims if there are any.',
  },
  restart: {
    explanation: 'The sign-in cannot be completed any more.',
    cure: 'Start the sign-in from the beginning; do not send the same code again.',
  },
  'user-consent': {
    explanation: 'Nobody has consented to the scopes yet.',
    cure: 'Send the user through a sign-in for the same scopes, or let an administrator consent.',
  },
  'admin-consent': {
    explanation: 'Only an administrator can consent to the scopes.',
    cure: 'Let an administrator open the admin consent page.',
  },
  denied: {
    explanation: 'The user or an administrator decided against it.',
    cure: 'Tell the user; do not ask again by yourself.',
  },
  credential: {
    explanation: "The application's credential was not accepted.",
    cure: 'Compare the credential with "Certificates & secrets" of the app registration.',
  },
  configuration: {
    explanation: 'The platform does not accept the request as this application sends it.',
    cure: 'Look the number up at https://login.microsoftonline.com/error and compare the app registration with the options.',
  },
  throttled: {
    explanation: 'The platform limits the requests of this application.',
    cure: 'Wait before asking again, and keep tokens for as long as they are valid.',
  },
  transient: {
    explanation: 'The platform has a fault of its own.',
    cure: 'Ask again after a while.',
  },
  'caller-token': {
    explanation: "The platform does not accept the caller's token.",
    cure: 'The caller has to come back with a fresh token for this API.',
  },
}
