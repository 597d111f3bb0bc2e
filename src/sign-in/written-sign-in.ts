import { packed } from '../platform/packed-json.js'
import type { AccountDetails, IdTokenClaims } from '../protocol/account.js'
import { contextsIn } from './sign-in-requirement.js'

/** A sign-in as it is written into a session, before it is sealed. */
export interface WrittenSignIn {
  readonly id: string
  /** When the user signed in; milliseconds since the epoch. */
  readonly at: number
  /** When the user was last seen, more or less; milliseconds since the epoch. */
  readonly seen: number
  readonly claims: IdTokenClaims
  /** The parts of the home account's id, which take less room than the whole. */
  readonly home?: readonly string[] | undefined
  /** The session at the platform, where the claims do not name it. */
  readonly session?: string | undefined
  /** What the application knows of the user. */
  readonly details?: AccountDetails | undefined
  /** It is over, in a session on the server. Whose it was is told to whatever comes after it. */
  readonly ended?: true | undefined
}

/** What a list of these takes when it is packed: the whole cookie is then within 400 bytes. */
const mostBytes = 185
const longestSessionId = 64
/** More of these than can be expected take room of their own: without one, its page lets nobody in. */
const expectedContexts = 5

/**
 * In a cookie there is room for who the user is and what greets them. A user name that does not fit
 * is left out, because a part of one names somebody else; a name is cut. Which authentication
 * contexts and when the user authenticated goes along. So do the app roles, which decide what the user
 * may do, and what the application wants to have there, on top.
 */
export function shortOf(written: WrittenSignIn): ShortSignIn {
  const { id, at, seen, claims, session, details } = written
  const text = (name: string) => (typeof claims[name] === 'string' ? claims[name] : '')
  const signedInAt = claims['auth_time']
  const contexts = contextsIn(claims)
  const room = mostBytes + contexts.slice(expectedContexts).join(' ').length
  const who = [
    id,
    at,
    Math.floor((seen - at) / 1000),
    text('tid'),
    text('oid'),
    text('sub'),
    sessionIdOf(text('sid') || (session ?? '')),
    typeof signedInAt === 'number' ? Math.floor(at / 1000) - Math.floor(signedInAt) : '',
    contexts.join(' '),
  ] as const
  const username = text('preferred_username')
  const withUsername = bytesOf([...who, username, '']) > room ? '' : username
  const letters = Array.from(new Intl.Segmenter().segment(text('name')), ({ segment }) => segment)
  while (bytesOf([...who, withUsername, letters.join('')]) > room && letters.length > 0) {
    letters.pop()
  }
  const short = [...who, withUsername, letters.join('')] as const
  const roles = rolesIn(claims)
  if (roles.length > 0) return [...short, details ?? null, roles]
  return details === undefined ? short : [...short, details]
}

/** Reads what a session holds of a sign-in, whole or short; our own seal vouches for its form. */
export function writtenOf(held: WrittenSignIn | ShortSignIn): WrittenSignIn {
  if (!isShort(held)) return held
  const [id, at, seenAfter, tid, oid, sub, sid, age, contexts, username, name, ...onTop] = held
  const [details, roles] = onTop
  const claims = Object.entries({
    tid,
    oid,
    sub,
    sid,
    auth_time: age === '' ? '' : Math.floor(at / 1000) - age,
    acrs: contexts === '' ? '' : contexts.split(' '),
    name,
    preferred_username: username,
    roles: roles ?? '',
  })
  return {
    id,
    at,
    seen: at + seenAfter * 1000,
    claims: Object.fromEntries(claims.filter(([, value]) => value !== '')),
    details: details ?? undefined,
  }
}

export type ShortSignIn = readonly [
  id: string,
  at: number,
  /** In seconds. */
  seenAfter: number,
  tid: string,
  oid: string,
  sub: string,
  sid: string,
  age: number | '',
  contexts: string,
  username: string,
  name: string,
  details?: AccountDetails | null,
  roles?: readonly string[],
]

function rolesIn({ roles }: IdTokenClaims): readonly string[] {
  return Array.isArray(roles) ? roles.filter((role) => typeof role === 'string') : []
}

function isShort(held: WrittenSignIn | ShortSignIn): held is ShortSignIn {
  return Array.isArray(held)
}

function bytesOf(value: unknown): number {
  return packed(value).length
}

/** A session's id as a whole or not at all. */
function sessionIdOf(text: string): string {
  return text.length > longestSessionId ? '' : text
}
