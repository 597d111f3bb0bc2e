import type { CustomFetch } from 'openid-client'
import type { FailureKind } from '../protocol/aadsts-row.js'
import { diagnose } from '../protocol/aadsts.js'
import { EntraError } from '../protocol/entra-error.js'
import type { CredentialOrder, FailedTurn, Turn, Verdict } from './credential-order.js'
import type { ClientProof } from './credential-proof.js'
import { NoCredentialAccepted, type CredentialFault } from './credential-rejection.js'
import { answerOf, type GrantAnswer } from './grant-answer.js'

type Request = Parameters<CustomFetch>

/**
 * A fetch that adds a proof to each form it posts, and sends the form again with the next
 * credential when the platform rejects one.
 *
 * @throws NoCredentialAccepted
 */
export function authenticatedFetch(order: CredentialOrder, send: CustomFetch): CustomFetch {
  return async (...request) => {
    const failed: FailedTurn[] = []
    for (const turn of order.turns()) {
      const resting = turn.resting()
      const outcome =
        resting === undefined
          ? await attempt({ turn, settle: turn.begin(failed[0]) }, send, request)
          : { fault: resting }
      if ('response' in outcome) return outcome.response
      failed.push({ turn, fault: outcome.fault })
    }
    throw new NoCredentialAccepted(failed.map(({ fault }) => fault))
  }
}

type Outcome = { readonly response: Response } | { readonly fault: CredentialFault }

interface Attempt {
  readonly turn: Turn
  readonly settle: ReturnType<Turn['begin']>
}

async function attempt(
  { turn, settle }: Attempt,
  send: CustomFetch,
  request: Request,
): Promise<Outcome> {
  let verdict: Verdict = 'undecided'
  try {
    const found = await proofOf(turn, request)
    if ('fault' in found) {
      verdict = { unusable: found.fault }
      return found
    }
    const judged = await judge(turn, await send(...withProof(request, found.proof)))
    verdict = judged.verdict
    return typeof verdict === 'string' ? judged : { fault: verdict.rejected }
  } finally {
    settle(verdict)
  }
}

/** What this library cannot get a proof from, another credential may make up for. */
async function proofOf(
  { source }: Turn,
  [url, { signal }]: Request,
): Promise<{ readonly proof: ClientProof } | { readonly fault: CredentialFault }> {
  try {
    return { proof: await unlessAborted(signal, source.proofFor(url)) }
  } catch (error) {
    if (error instanceof EntraError) return { fault: { kind: source.kind, error } }
    throw error
  }
}

function withProof([url, options]: Request, proof: ClientProof): Request {
  const body = new URLSearchParams(options.body as URLSearchParams) // all that grants are sent as
  for (const [name, value] of Object.entries(proof)) body.set(name, value)
  return [url, { ...options, body }]
}

async function judge({ source }: Turn, response: Response): Promise<Judged> {
  if (response.status === 200) return { response, verdict: 'accepted' }
  if (response.status !== 400 && response.status !== 401) return { response, verdict: 'undecided' }
  const text = await response.text()
  const unread = new Response(text, response)
  const answer = errorAnswerIn(text)
  if (answer === undefined) return { response: unread, verdict: 'undecided' }
  const { kind } = diagnose(answer)
  if (kind === 'credential') {
    return { response: unread, verdict: { rejected: { kind: source.kind, answer } } }
  }
  return { response: unread, verdict: afterAuthentication.has(kind) ? 'accepted' : 'undecided' }
}

interface Judged {
  readonly response: Response
  readonly verdict: 'accepted' | 'undecided' | { readonly rejected: CredentialFault }
}

/** Refusals that the platform only comes to once it knows the client. */
const afterAuthentication: ReadonlySet<FailureKind> = new Set<FailureKind>([
  'interaction',
  'restart',
  'user-consent',
  'admin-consent',
  'caller-token',
])

function errorAnswerIn(text: string): GrantAnswer | undefined {
  try {
    return answerOf(Object(JSON.parse(text)) as Record<string, unknown>) // any object by its names
  } catch {
    return undefined
  }
}

/** A callback that never answers is held to the request's deadline. */
async function unlessAborted<Value>(
  signal: AbortSignal | undefined,
  work: Promise<Value>,
): Promise<Value> {
  if (signal === undefined) return work
  let end: () => void = () => undefined
  const aborted = new Promise<never>((_resolve, reject) => {
    end = () => reject(signal.reason as Error) // the TimeoutError of AbortSignal.timeout()
    if (signal.aborted) end()
    else signal.addEventListener('abort', end)
  })
  try {
    return await Promise.race([work, aborted])
  } finally {
    signal.removeEventListener('abort', end)
  }
}
