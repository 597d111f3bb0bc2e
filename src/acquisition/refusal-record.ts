import { PlatformUnavailableError } from '../protocol/platform-unavailable-error.js'
import {
  AdminConsentRequiredError,
  CallerTokenRejectedError,
  ConsentRequiredError,
  InteractionRequiredError,
  RequestRefusedError,
  ThrottledError,
  TokenRefusedError,
  type TokenRefusal,
} from '../protocol/token-errors.js'
import { refusalIn } from './refusal-pause.js'

/** A failed token request as one process tells another of it: named fields, nothing that was sent. */
export type RefusalRecord =
  | (Refusal & { readonly kind: 'interaction'; readonly next: 'sign-in' | 'restart' })
  | (Refusal & { readonly kind: 'consent'; readonly missing: readonly string[] })
  | (Refusal & { readonly kind: 'admin-consent'; readonly adminConsentUrl: string })
  | (Refusal & { readonly kind: 'caller-token' })
  | (Refusal & { readonly kind: 'refused'; readonly reason: 'configuration' | 'denied' })
  | (Refusal & { readonly kind: 'throttled'; readonly retryAfter: number })
  | {
      readonly kind: 'outage'
      readonly failure: PlatformUnavailableError['failure']
      readonly retryAfter: number
    }

type Partly<Fields> = { readonly [Name in keyof Fields]?: Fields[Name] | undefined }

interface Refusal extends Partly<Omit<TokenRefusal, 'message' | 'scopes' | 'aadsts'>> {
  readonly message: string
  readonly scopes: readonly string[]
  readonly aadsts: readonly number[]
  readonly claims?: string | undefined
}

/** Undefined for what is not another process's concern, such as this one's credential. */
export function refusalRecordOf(error: unknown): RefusalRecord | undefined {
  if (error instanceof PlatformUnavailableError) {
    return { kind: 'outage', failure: error.failure, retryAfter: error.retryAfter }
  }
  if (!(error instanceof TokenRefusedError)) return undefined
  const refusal = refusalIn(error)
  if (error instanceof InteractionRequiredError) {
    return { ...refusal, kind: 'interaction', claims: error.claims, next: error.next }
  }
  if (error instanceof ConsentRequiredError) {
    return { ...refusal, kind: 'consent', claims: error.claims, missing: error.missing }
  }
  if (error instanceof AdminConsentRequiredError) {
    return { ...refusal, kind: 'admin-consent', adminConsentUrl: error.adminConsentUrl }
  }
  if (error instanceof CallerTokenRejectedError) return { ...refusal, kind: 'caller-token' }
  if (error instanceof RequestRefusedError) {
    return { ...refusal, kind: 'refused', reason: error.reason }
  }
  if (error instanceof ThrottledError) {
    return { ...refusal, kind: 'throttled', retryAfter: error.retryAfter }
  }
  return undefined
}

export function errorOf(record: RefusalRecord): Error {
  if (record.kind === 'outage') {
    const { failure, retryAfter } = record
    return new PlatformUnavailableError({ endpoint: 'token', failure, retryAfter })
  }
  const refusal = { ...nothingSaid, ...record }
  switch (refusal.kind) {
    case 'interaction':
      return new InteractionRequiredError(refusal)
    case 'consent':
      return new ConsentRequiredError(refusal)
    case 'admin-consent':
      return new AdminConsentRequiredError(refusal)
    case 'caller-token':
      return new CallerTokenRejectedError(refusal)
    case 'refused':
      return new RequestRefusedError(refusal)
    case 'throttled':
      return new ThrottledError({ ...refusal, retryAfterSeconds: refusal.retryAfter })
  }
}

/** JSON leaves out what is undefined. */
const nothingSaid = {
  resource: undefined,
  oauthError: undefined,
  suberror: undefined,
  correlationId: undefined,
  traceId: undefined,
  timestamp: undefined,
  claims: undefined,
}
