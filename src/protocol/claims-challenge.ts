import { authorityUrl, type Authority } from './authority.js'
import type { BearerChallenge, ChallengeContext } from './bearer-challenge.js'
import { bytesOfBinary } from './binary-text.js'
import { claimsRequestOf } from './claims-request.js'
import { refusalDescriptions } from './refusal-reason.js'
import { challengesOf, type AuthenticateChallenge } from './www-authenticate.js'

/** What an API wants of its client before it answers. */
export interface ClaimsChallenge {
  /** Claims request to ask the platform with, as JSON; undefined when only consent is wanted. */
  readonly claims: string | undefined
  /** Scopes that lack consent, as Microsoft.Identity.Web names them; empty in the documented form. */
  readonly scopes: readonly string[]
  /**
   * Where Microsoft.Identity.Web would send the user. It comes from the API: show it, never
   * redirect to it; the application's own sign-in asks for the same.
   */
  readonly consentUri: string | undefined
}

export interface ChallengeAnswer {
  readonly status: number
  /** The `WWW-Authenticate` field: one header, several, or the string `Headers.get` gives. */
  readonly wwwAuthenticate: string | readonly string[] | null | undefined
}

/**
 * Reads the claims challenge of an API's answer: the documented form (401, `insufficient_claims`,
 * base64 in any of its spellings), that of Microsoft.Identity.Web (403, claims as they are,
 * `consentUri`, `scopes`), and what this library's own APIs send when consent is missing (401,
 * `consent_required`, with the same parameters). Undefined when the answer holds none, or one that cannot be trusted to
 * be a claims request.
 *
 * @see https://learn.microsoft.com/entra/identity-platform/claims-challenge
 */
export function claimsChallengeOf(answer: ChallengeAnswer): ClaimsChallenge | undefined {
  if (answer.status === 401) return firstOf(challengesOf(answer.wwwAuthenticate), unauthorizedForm)
  if (answer.status !== 403) return undefined
  return firstOf(challengesOf(withQuotedClaims(answer.wwwAuthenticate)), identityWebForm)
}

/** What an API demands of its caller, and who it is. */
export interface ClaimsDemand extends ChallengeContext {
  readonly authority: Authority
  /** This API's client ID. */
  readonly clientId: string
  /** Claims request, as JSON in ASCII. */
  readonly claims: string
}

/**
 * The challenge with which this API demands claims of its caller, as Microsoft's client libraries
 * read it: the same whether a guard wants more of the user or the platform does. Send it with 401.
 */
export function claimsChallenge(demand: ClaimsDemand): BearerChallenge {
  const { authority, clientId, claims, ...context } = demand
  return {
    ...context,
    // Empty when the tenant is left open, says the page on claims challenges.
    realm: authority.multiTenant ? '' : authority.tenant,
    // The v1.0 path, as Microsoft's own APIs send it; clients take only the authority from it.
    authorizationUri: `${authorityUrl(authority, '1.0')}/oauth2/authorize`,
    clientId,
    error: 'insufficient_claims',
    description: refusalDescriptions['auth-context-missing'],
    claims,
  }
}

type ReadForm = (challenge: AuthenticateChallenge) => ClaimsChallenge | undefined

function firstOf(
  challenges: readonly AuthenticateChallenge[],
  read: ReadForm,
): ClaimsChallenge | undefined {
  const bearer = challenges.filter((challenge) => challenge.scheme === 'bearer')
  return bearer.map(read).find((found) => found !== undefined)
}

function unauthorizedForm(challenge: AuthenticateChallenge): ClaimsChallenge | undefined {
  const asksForConsent = challenge.parameters.get('error') === 'consent_required'
  return asksForConsent ? identityWebForm(challenge) : documentedForm(challenge)
}

function documentedForm({ parameters }: AuthenticateChallenge): ClaimsChallenge | undefined {
  if (parameters.get('error') !== 'insufficient_claims') return undefined
  const claims = claimsRequestOf(base64TextOf(parameters.get('claims') ?? '') ?? '')
  return claims === undefined ? undefined : { claims, scopes: [], consentUri: undefined }
}

function identityWebForm({ parameters }: AuthenticateChallenge): ClaimsChallenge | undefined {
  const raw = parameters.get('claims')
  const claims = raw === undefined ? undefined : claimsRequestOf(raw)
  const asksForConsent = parameters.get('proposedaction') === 'consent'
  if (claims === undefined && !asksForConsent) return undefined
  return {
    claims,
    scopes: (parameters.get('scopes') ?? '').split(/[ ,]+/).filter((scope) => scope !== ''),
    consentUri: webAddressOf(parameters.get('consenturi')),
  }
}

/**
 * Microsoft.Identity.Web writes the JSON between quotes without escaping the quotes inside it,
 * which is no quoted-string of RFC 9110. Its value ends where the JSON does.
 */
function withQuotedClaims(header: ChallengeAnswer['wwwAuthenticate']): readonly string[] {
  const lines = typeof header === 'string' ? [header] : (header ?? [])
  return lines.map((line) => {
    const opening = /\bclaims="(?=\{\s*")/i.exec(line)
    if (opening === null) return line
    const start = opening.index + opening[0].length
    const end = endOfObject(line, start)
    const escaped = line.slice(start, end).replaceAll(/["\\]/g, '\\$&')
    return line.slice(0, start) + escaped + line.slice(end)
  })
}

/** Where the JSON object that begins at `start` ends; the end of the text when it does not. */
function endOfObject(text: string, start: number): number {
  let depth = 0
  for (const { 0: part, index } of text.slice(start).matchAll(/"(?:[^"\\]|\\[\s\S])*"?|[{}]/g)) {
    if (part === '{') depth += 1
    if (part === '}') depth -= 1
    if (depth === 0) return start + index + 1
  }
  return text.length
}

/** Base64 or base64url, padded or not (RFC 4648 sections 4 and 5). */
function base64TextOf(encoded: string): string | undefined {
  const standard = encoded.replaceAll('-', '+').replaceAll('_', '/').replace(/=+$/, '')
  if (!/^[A-Za-z0-9+/]+$/.test(standard)) return undefined
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytesOfBinary(atob(standard)))
  } catch {
    return undefined
  }
}

function webAddressOf(text: string | undefined): string | undefined {
  if (text === undefined || !URL.canParse(text)) return undefined
  return new URL(text).protocol === 'https:' ? text : undefined
}
