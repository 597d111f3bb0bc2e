import type { ErrorAnswer } from '../protocol/aadsts.js'
import { claimsRequestOf } from '../protocol/claims-request.js'
import { isGuid } from '../protocol/tenant.js'

/** The named fields of an error answer that are kept; each is checked, the rest is dropped. */
export interface GrantAnswer extends ErrorAnswer {
  readonly correlationId: string | undefined
  readonly traceId: string | undefined
  readonly timestamp: string | undefined
  /** Claims request to send along with the next sign-in, as JSON. */
  readonly claims: string | undefined
}

/**
 * Takes the known fields out of the body of an error answer (RFC 6749 section 5.2, with the
 * fields Microsoft adds). Of `error_description` only the AADSTS number is read, and only when
 * `error_codes` is missing: its text can repeat what was sent.
 */
export function answerOf(body: Readonly<Record<string, unknown>>): GrantAnswer {
  return {
    error: wordIn(body['error']),
    suberror: wordIn(body['suberror']),
    codes: codesOf(body),
    correlationId: guidIn(body['correlation_id']),
    traceId: guidIn(body['trace_id']),
    timestamp: timestampIn(body['timestamp']),
    claims: typeof body['claims'] === 'string' ? claimsRequestOf(body['claims']) : undefined,
  }
}

function codesOf(body: Readonly<Record<string, unknown>>): readonly number[] {
  const listed = body['error_codes']
  const codes = Array.isArray(listed) ? listed.map(Number).filter(isCode).slice(0, 8) : []
  return codes.length > 0 ? codes : codesIn(body['error_description'])
}

function codesIn(description: unknown): readonly number[] {
  const digits =
    typeof description === 'string' ? /^AADSTS(\d{4,9})\b/.exec(description)?.[1] : undefined
  return digits === undefined ? [] : [Number(digits)]
}

function isCode(value: number): boolean {
  return Number.isSafeInteger(value) && value > 0
}

function wordIn(value: unknown): string | undefined {
  return typeof value === 'string' && /^[a-z][a-z_]{0,63}$/.test(value) ? value : undefined
}

function guidIn(value: unknown): string | undefined {
  return isGuid(value) ? value : undefined
}

function timestampIn(value: unknown): string | undefined {
  const shape = /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}Z$/
  return typeof value === 'string' && shape.test(value) ? value : undefined
}
