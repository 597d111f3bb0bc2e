import { columns } from '../command.js'
import { dateOf } from './time-words.js'
import { factsOf, optionalClaimsIn, usernameIn } from './token-facts.js'
import type { TokenNature } from './token-nature.js'
import type { TokenReading } from './token-reading.js'
import type { Question, Verdict } from './verdict.js'

/** Everything there is to say about a token. */
export interface TokenExplanation {
  /** Whether quotes were left out to read it. */
  readonly isQuoted: boolean
  readonly reading: TokenReading
  readonly nature: TokenNature
  readonly now: number
  readonly guard: Guard | undefined
}

interface Guard {
  readonly clientId: string
  readonly signature: Question['signature']
  readonly verdict: Verdict
}

export function explanationLines(explanation: TokenExplanation): readonly string[] {
  const { nature, guard } = explanation
  return [
    nature.title,
    ...nature.meaning.split('\n').map((line) => `  ${line}`),
    ...(explanation.isQuoted ? ['  It stands in quotes, which are no part of a token.'] : []),
    ...(explanation.reading.form === 'signed'
      ? ['', ...columns(factsIn(explanation, explanation.reading), 2)]
      : []),
    '',
    ...(guard === undefined ? unasked : guardLines(guard)),
  ]
}

const unasked = ['No guard was asked: --tenant and --client-id name the API that it is sent to.']

function guardLines({ clientId, signature, verdict }: Guard): readonly string[] {
  if (verdict.accepted) {
    return signature === 'judged'
      ? [`The guard of ${clientId} would let it in.`]
      : [
          `The guard of ${clientId} would let it in, if its signature holds.`,
          '  --verify fetches the keys of the authority and judges it.',
        ]
  }
  const { status, code, explanation, message, challenge } = verdict
  const reason =
    explanation === undefined
      ? [['found', message]]
      : [
          ['reason', explanation.reason],
          ['found', explanation.found],
          ['expected', explanation.expected],
          ['cure', explanation.cure],
        ]
  const answer = challenge === undefined ? [] : [['answer', `WWW-Authenticate: ${challenge}`]]
  return [
    `The guard of ${clientId} would refuse it: ${status} ${code}`,
    ...columns([...reason, ...answer, ['docs', 'docs/errors.md#reasons']], 2),
  ]
}

type Signed = Extract<TokenReading, { readonly form: 'signed' }>

function holderOf({ nature }: TokenExplanation): 'user' | 'app' {
  return nature.kind.endsWith('app-only') ? 'app' : 'user'
}

function factsIn(explanation: TokenExplanation, { claims }: Signed) {
  return factsOf(claims, holderOf(explanation), explanation.now)
}

export function explanationAsJson(explanation: TokenExplanation): string {
  const { nature, reading, guard, isQuoted } = explanation
  const { kind, title, meaning } = nature
  return JSON.stringify(
    {
      kind,
      title,
      meaning,
      ...(isQuoted ? { isQuoted } : {}),
      ...(reading.form === 'signed' ? { says: claimsAsJson(explanation, reading) } : {}),
      ...(guard === undefined ? {} : { guard }),
    },
    undefined,
    2,
  )
}

/** The claims that a script asks for, by one name for both versions. */
function claimsAsJson({ nature }: TokenExplanation, { claims }: Signed) {
  const scopes = typeof claims.scp === 'string' ? claims.scp.split(' ').filter(Boolean) : []
  return {
    audience: claims.aud,
    version: claims.ver,
    issuer: claims.iss,
    tenantId: claims.tid,
    clientId: claims.azp ?? claims.appid,
    objectId: claims.oid,
    ...(nature.kind.endsWith('app-only') ? {} : { username: usernameIn(claims) }),
    notBefore: dateOf(claims.nbf)?.toISOString(),
    expiresAt: dateOf(claims.exp)?.toISOString(),
    scopes,
    roles: claims.roles ?? [],
    optionalClaims: optionalClaimsIn(claims),
  }
}
