import type { IncomingMessage } from 'node:http'
import type { RecordedAnswer, RequestRecord } from '../request-record.js'
import type { AadstsError } from '../errors/aadsts-error.js'
import { decodedToken, isSecret, withoutSecretParameters, withoutSecrets } from './redact.js'

const records = new WeakMap<IncomingMessage, RequestRecord>()

/** Remembers which record a request has, for those who only see the request. */
export function attachRecord(request: IncomingMessage, record: RequestRecord): void {
  records.set(request, record)
}

/** Notes the refusal a request met. */
export function recordOutcome(request: IncomingMessage, { error, code }: AadstsError): void {
  const record = records.get(request)
  if (record !== undefined) Object.assign(record, { error, codes: [code] })
}

/** Longer bodies are documents that everybody can fetch. */
const longestBody = 16 * 1024

/** Notes what came back, with tokens and codes left out. */
export function recordAnswer(
  request: IncomingMessage,
  { headers, body }: { headers: Readonly<Record<string, unknown>>; body: string },
): void {
  const record = records.get(request)
  if (record === undefined) return
  const answer: RecordedAnswer = {}
  const { location, 'www-authenticate': challenge, 'retry-after': retryAfter } = headers
  if (typeof location === 'string') answer.location = withoutSecretParameters(location)
  if (typeof challenge === 'string') answer.challenge = challenge
  if (typeof retryAfter === 'string') answer.retryAfter = retryAfter
  const isJson = String(headers['content-type']).startsWith('application/json')
  if (isJson && body.length <= longestBody) {
    const content: unknown = JSON.parse(body)
    answer.body = withoutSecrets(content)
    if (typeof content === 'object' && content !== null)
      recordTokens(record, Object.entries(content))
  }
  record.answer = answer
}

/** What tokens and assertions say is for everybody to read; what makes them good is left out. */
export function recordTokens(
  record: RequestRecord,
  values: Iterable<readonly [string, unknown]>,
): void {
  for (const [name, value] of values) {
    if (!isSecret(name) || typeof value !== 'string') continue
    const token = decodedToken(value)
    if (token !== undefined) record.tokens = { ...record.tokens, [name]: token }
  }
}
