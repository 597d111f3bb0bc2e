import { decodeBase64Url, encodeBase64Url } from '../platform/base64url.js'
import type { AccountDetails, IdTokenClaims } from '../protocol/account.js'
import { isGuid } from '../protocol/tenant.js'
import { contextsIn } from './sign-in-requirement.js'

/** A sign-in as it is written into a session, before it is sealed. */
export interface WrittenSignIn {
  readonly id: string
  /** When the user signed in; milliseconds since the epoch. */
  readonly at: number
  /** When the user was last seen, more or less; milliseconds since the epoch. */
  readonly seen: number
  readonly claims: IdTokenClaims
  /** `client_info` of the token response. */
  readonly info?: string | undefined
  /** `session_state` of the authorization response. */
  readonly state?: string | undefined
  /** What the application knows of the user. */
  readonly details?: AccountDetails | undefined
}

/** On the server there is room for every claim. */
export function fullText(written: WrittenSignIn): string {
  return JSON.stringify(written)
}

/** What seals to less than 400 bytes: 270 bytes, in UTF-8. */
const mostBytes = 270
const longestSessionId = 64
const mostContexts = 5

/**
 * In a cookie there is room for who the user is and what greets them: less than 400 bytes when
 * sealed. A user name that does not fit is left out, because a part of one names somebody else; a
 * name is cut. Which authentication contexts and when the user authenticated goes along, and so does
 * what the application wants to have there, on top.
 */
export function shortText({ id, at, seen, claims, state, details }: WrittenSignIn): string {
  const text = (name: string) => (typeof claims[name] === 'string' ? claims[name] : '')
  const signedInAt = claims['auth_time']
  const who = [
    id,
    Math.floor(at / 1000),
    Math.floor((seen - at) / 1000),
    packed(text('tid')),
    packed(text('oid')),
    text('sub'),
    packed(sessionIdOf(text('sid') || (state ?? ''))),
    typeof signedInAt === 'number' ? Math.floor(at / 1000 - signedInAt) : '',
    contextsIn(claims).slice(0, mostContexts).join(' '),
  ]
  const username = text('preferred_username')
  const withUsername = bytesOf([...who, username, '']) > mostBytes ? '' : username
  const letters = Array.from(new Intl.Segmenter().segment(text('name')), ({ segment }) => segment)
  while (bytesOf([...who, withUsername, letters.join('')]) > mostBytes && letters.length > 0) {
    letters.pop()
  }
  const more = details === undefined ? [] : [details]
  return JSON.stringify([...who, withUsername, letters.join(''), ...more])
}

/** Reads what either of the two has written; our own seal vouches for its form. */
export function writtenOf(text: string): WrittenSignIn {
  const written = JSON.parse(text) as WrittenSignIn | ShortSignIn
  if (!isShort(written)) return written
  const [id, at, seenAfter, tid, oid, sub, sid, age, contexts, username, name, details] = written
  const claims = Object.entries({
    tid: unpacked(tid),
    oid: unpacked(oid),
    sub,
    sid: unpacked(sid),
    auth_time: age === '' ? '' : at - age,
    acrs: contexts === '' ? '' : contexts.split(' '),
    name,
    preferred_username: username,
  })
  return {
    id,
    at: at * 1000,
    seen: (at + seenAfter) * 1000,
    claims: Object.fromEntries(claims.filter(([, value]) => value !== '')),
    details,
  }
}

type ShortSignIn = readonly [
  id: string,
  at: number,
  seenAfter: number,
  tid: string,
  oid: string,
  sub: string,
  sid: string,
  age: number | '',
  contexts: string,
  username: string,
  name: string,
  details?: AccountDetails,
]

function isShort(written: WrittenSignIn | ShortSignIn): written is ShortSignIn {
  return Array.isArray(written)
}

function bytesOf(value: unknown): number {
  return new TextEncoder().encode(JSON.stringify(value)).length
}

/** A session's id as a whole or not at all. */
function sessionIdOf(text: string): string {
  return text.length > longestSessionId ? '' : text
}

/** The 16 bytes of a GUID; other text as it is, behind a mark. */
function packed(text: string): string {
  if (text === '') return ''
  const hex = isGuid(text) ? text.replaceAll('-', '').match(/../g) : null
  return hex === null
    ? `=${text}`
    : encodeBase64Url(Uint8Array.from(hex, (pair) => Number.parseInt(pair, 16)))
}

function unpacked(text: string): string {
  if (text === '' || text.startsWith('=')) return text.slice(1)
  const hex = Array.from(decodeBase64Url(text) ?? [], (byte) => byte.toString(16).padStart(2, '0'))
  return hex.join('').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
