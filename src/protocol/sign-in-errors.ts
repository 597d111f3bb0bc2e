import { EntraError, Refusal } from './entra-error.js'

/** Nobody is signed in, and the request is one that cannot be redirected: 401. */
export class SignInRequiredError extends Refusal {
  readonly code = 'ERR_ENTRA_SIGN_IN_REQUIRED'
  /** Path of the route that starts a sign-in, for a program that opens it in a window. */
  readonly loginPath: string | undefined

  /** @param lack What is missing: any sign-in, or one that proves more than the present one. */
  constructor(loginPath?: string, lack: 'sign-in' | 'proof' = 'sign-in') {
    super(lacks[lack], { status: 401 })
    this.loginPath = loginPath
  }
}

const lacks = {
  'sign-in': 'Nobody is signed in. Sign in and send the request again.',
  proof: 'A stronger or more recent sign-in is needed. Open the page in a window to complete it.',
}

/** Why a sign-in was refused; each has its own words on the page. */
export type SignInRefusal =
  | 'declined'
  | 'consent-declined'
  | 'admin-approval'
  | 'tenant'
  | 'interaction'
  | 'requirement'
  | 'role'
  | 'provider'
  | 'application'

const refusals: Readonly<Record<SignInRefusal, string>> = {
  declined: 'The sign-in was cancelled.',
  'consent-declined': 'The permissions that this application asks for were not granted.',
  'admin-approval': 'An administrator of the organization has to approve this application first.',
  tenant: 'Accounts of this organization cannot use this application.',
  interaction: 'The sign-in could not be completed without the user.',
  requirement: 'The sign-in did not meet what this page requires.',
  role: 'This account does not hold the app role that this page requires.',
  provider: 'Microsoft Entra ID refused the sign-in.',
  application: 'This account may not use this application.',
}

export interface SignInRefusedDetail {
  /** The AADSTS number of the refusal, such as 65004. */
  readonly aadsts?: number | undefined
  /** The id under which Entra logged the request; what an administrator asks for. */
  readonly correlationId?: string | undefined
  /** For a developer: what a sign-in lacked that its page requires. */
  readonly unmet?: 'acrs' | 'max-age' | 'auth-time' | undefined
}

/** Entra, the tenant policy, the application or a page of it refused this sign-in: 403. */
export class SignInRefusedError extends Refusal {
  readonly code = 'ERR_ENTRA_SIGN_IN_REFUSED'
  readonly reason: SignInRefusal
  readonly aadsts: number | undefined
  readonly correlationId: string | undefined
  readonly unmet: SignInRefusedDetail['unmet']

  constructor(reason: SignInRefusal, detail: SignInRefusedDetail = {}) {
    super(refusals[reason], { status: 403 })
    this.reason = reason
    this.aadsts = detail.aadsts
    this.correlationId = detail.correlationId
    this.unmet = detail.unmet
  }
}

/** What is wrong with a request to the callback. */
export type CallbackFault = 'method' | 'parameter' | 'transaction' | 'origin' | 'code' | 'id-token'

const faults: Readonly<Record<CallbackFault, string>> = {
  method: 'The sign-in callback takes GET, or POST with a urlencoded form.',
  parameter: 'The sign-in response is malformed: a parameter is missing, repeated or too long.',
  transaction:
    'This browser has no pending sign-in for this response. Start again from the application, ' +
    'at its public address and in the browser in which you want to be signed in.',
  origin:
    'The sign-in started at another public address of this application than the one it came back ' +
    'to. Start again, at one address.',
  code: 'The sign-in response was used before or is too old.',
  'id-token': 'The tokens of this sign-in are not valid.',
}

/** A request to the callback that cannot complete a sign-in: 400, nobody is signed in. */
export class CallbackInvalidError extends Refusal {
  readonly code = 'ERR_ENTRA_CALLBACK_INVALID'
  readonly fault: CallbackFault
  /** For a developer: which check failed, from a closed set of words. */
  readonly reason: string | undefined

  constructor(fault: CallbackFault, reason?: string) {
    super(
      faults[fault],
      fault === 'method' ? { status: 405, headers: { Allow: 'GET, POST' } } : { status: 400 },
    )
    this.fault = fault
    this.reason = reason
  }
}

/** A state-changing request that another site may have sent: 403. */
export class ForgedRequestError extends Refusal {
  readonly code = 'ERR_ENTRA_FORGED_REQUEST'

  constructor() {
    super('This request did not come from a page of this application.', { status: 403 })
  }
}

/**
 * The session's store failed or did not answer: 503. The session is still what it was, so the
 * user stays signed in and the next request may work.
 */
export class SessionUnavailableError extends EntraError {
  readonly code = 'ERR_ENTRA_SESSION_UNAVAILABLE'

  constructor(operation: 'read' | 'write' | 'renew' | 'end') {
    super(`The session could not be ${done[operation]}: its store failed or did not answer.`, {
      status: 503,
      headers: { 'Retry-After': '1' },
    })
  }
}

const done = { read: 'read', write: 'saved', renew: 'renewed', end: 'ended' } as const
