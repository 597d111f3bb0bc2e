import { RequestInvalidError, TokenMissingError } from '../protocol/access-errors.js'
import type { ChallengeContext } from '../protocol/bearer-challenge.js'
import type { Explanation } from '../protocol/refusal-reason.js'

const sendIt = "Send it as 'Authorization: Bearer {access token}', and in no other place."

/**
 * The bearer token of a request, from every Authorization header it carries. Cookies, query and
 * body are never looked at (RFC 6750 section 2.1, RFC 9700 section 4.3.2).
 *
 * @param authorization The values of all Authorization header lines, each on its own.
 * @param isKnown Whether a token is, letter by letter, one that was verified before: its syntax
 *   was looked at then.
 * @throws TokenMissingError when there is none, or another scheme's; RequestInvalidError when the
 *   header was sent twice or is malformed.
 */
export function bearerTokenOf(
  authorization: readonly string[],
  context: ChallengeContext = {},
  isKnown: (token: string) => boolean = () => false,
): string {
  const [header = '', ...others] = authorization
  if (others.length > 0) throw new RequestInvalidError(sentTwice, context)
  const value = trimmed(header)
  if (value === '') throw new TokenMissingError(absent, context)
  if (!isBearerScheme(value)) {
    if (hidesBearer(value)) throw new RequestInvalidError(sentTwice, context)
    throw new TokenMissingError(otherScheme, context)
  }
  const known = value.slice('bearer '.length)
  if (value.startsWith(' ', 'bearer'.length) && isKnown(known)) return known
  const token = credentials.exec(value)?.[1]
  if (token === undefined) throw new RequestInvalidError(faultIn(known), context)
  return token
}

/** RFC 6750 section 2.1; more than one space is no harm. */
const credentials = /^bearer +([A-Za-z0-9._~+/-]+=*)$/i

/** Optional white space around a field's value is no part of it (RFC 9110 section 5.5). */
function trimmed(value: string): string {
  let start = 0
  let end = value.length
  // Beyond either end charCodeAt is NaN, which is no white space.
  while (isWhiteSpace(value.charCodeAt(start))) start += 1
  while (isWhiteSpace(value.charCodeAt(end - 1))) end -= 1
  return value.slice(start, end)
}

function isWhiteSpace(code: number): boolean {
  return code === 0x20 || code === 0x09
}

/** `Bearer` in any case, and not the beginning of a longer scheme name (RFC 9110 section 11.1). */
function isBearerScheme(value: string): boolean {
  return /^bearer(?![A-Za-z0-9!#$%&'*+.^_`|~-])/i.test(value)
}

/** Two headers that something on the way joined into one: `Basic …, Bearer …`. */
function hidesBearer(value: string): boolean {
  return /,[ \t]*bearer[ \t]/i.test(value)
}

const absent: Explanation = {
  reason: 'no-token',
  found: 'no Authorization header',
  expected: 'one Authorization header with a bearer token',
  cure: sendIt,
}

const otherScheme: Explanation = {
  reason: 'other-scheme',
  found: 'an Authorization header of another scheme',
  expected: 'the Bearer scheme',
  cure: sendIt,
}

const sentTwice: Explanation = {
  reason: 'duplicate-header',
  found: 'more than one Authorization header',
  expected: 'one, so that nobody on the way can choose another',
  cure: sendIt,
}

/** What programs get wrong most: an object in the place of its text, and JSON in the place of text. */
function faultIn(credentials: string): Explanation {
  const given = credentials.trim()
  if (given === '[redacted]') return notRevealed
  return /^(["']).*\1$/.test(given) ? quoted : malformed
}

const quoted: Explanation = {
  reason: 'header-syntax',
  found: 'a bearer token in quotes',
  expected: "'Bearer', one space and the token (RFC 6750 section 2.1)",
  cure: 'Send the token without the quotes around it: they are of JSON or of a shell.',
}

const notRevealed: Explanation = {
  reason: 'header-syntax',
  found: 'the text [redacted] in place of a token',
  expected: "'Bearer', one space and the token (RFC 6750 section 2.1)",
  cure: 'A token of this library shows as [redacted] wherever it is printed: send what token.reveal() gives.',
}

const malformed: Explanation = {
  reason: 'header-syntax',
  found: 'a bearer token with characters or spaces that no token has',
  expected: "'Bearer', one space and the token (RFC 6750 section 2.1)",
  cure: sendIt,
}
