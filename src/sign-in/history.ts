import { decodeBase64Url, encodeBase64Url } from '../platform/base64url.js'
import type { Clock } from '../platform/clock.js'
import { packed, unpacked } from '../platform/packed-json.js'
import { sessionKeyOf } from '../stores/session-key.js'
import type { SessionPort } from '../stores/session-port.js'

/** What a session remembers of the sign-ins it has seen. Nothing in it is secret. */
export interface History {
  /** The sign-ins completed last: a reload or the back button brings their callback again. */
  readonly completed: readonly Completed[]
  /** What the user was sent away for lately, so that nobody is sent twice for the same. */
  readonly needs: readonly Need[]
}

export interface Completed {
  /** The beginning of the state, which is long enough to be nobody else's. */
  readonly state: string
  readonly returnTo: string
}

export interface Need {
  readonly need: string
  /** Milliseconds since the epoch. */
  readonly at: number
}

/** Names a need that the user is sent for once in a session, rather than once in a while. */
export function onceInSession(need: string): string {
  return `${onceMark}${need}`
}

const onceMark = '!'

export interface Histories {
  /** Where a callback that was completed before leads. */
  returnToOf(session: SessionPort, state: string): string | undefined
  /** Whether the user came back from being sent for this, a short while ago. */
  wasMet(session: SessionPort, need: string): boolean
  read(session: SessionPort): History
  write(
    session: SessionPort,
    history: History,
    event: Completed & { readonly need?: string | undefined },
  ): void
}

const mostRemembered = 5
const stateCharacters = 22
const longestReturnTo = 200
// Long enough for a loop to show, short enough for a user who changes their mind.
const needMemory = 60_000

export function createHistories(settings: { clientId: string; clock: Clock }): Histories {
  const { clientId, clock } = settings
  const key = sessionKeyOf(clientId, 'history')

  function read(session: SessionPort): History {
    return historyIn(listIn(session.read(key)))
  }

  function isRemembered({ need, at }: Need): boolean {
    return need.startsWith(onceMark) || clock() - at < needMemory
  }

  return {
    read,
    returnToOf: (session, state) =>
      read(session).completed.find((one) => one.state === state.slice(0, stateCharacters))
        ?.returnTo,
    wasMet: (session, need) =>
      read(session).needs.some((one) => one.need === need && isRemembered(one)),
    write(session, history, { state, returnTo, need }) {
      const isCookie = session.kind === 'cookie'
      const isLeftOut = returnTo.length > longestReturnTo || isCookie
      const latest = {
        state: state.slice(0, stateCharacters),
        returnTo: isLeftOut ? defaultReturnTo : returnTo,
      }
      const met = need === undefined ? [] : [{ need, at: clock() }]
      const list = listOf({
        completed: [...history.completed, latest].slice(isCookie ? -2 : -mostRemembered),
        needs: [...history.needs.filter(isRemembered), ...met].slice(-mostRemembered),
      })
      const isSealed = session.isSealed === true
      session.write(key, isSealed ? list : encodeBase64Url(packed(list)))
    },
  }
}

const defaultReturnTo = '/'

/**
 * A history without names: frameworks look at each member of what a session holds, several times with
 * every request, so it is one text there.
 */
type HistoryList = readonly [completed: readonly string[], ...needs: (string | number)[]]

function listOf({ completed, needs }: History): HistoryList {
  return [
    completed.flatMap(({ state, returnTo }) => [
      state,
      returnTo === defaultReturnTo ? '' : returnTo,
    ]),
    ...needs.flatMap(({ need, at }) => [need, at]),
  ]
}

/** A cookie need not be sealed, nor even signed: koa-session's may hold anything. */
function listIn(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value
  const bytes = typeof value === 'string' ? decodeBase64Url(value) : undefined
  if (bytes === undefined) return []
  try {
    return [unpacked(bytes)].flat()
  } catch {
    return []
  }
}

function historyIn([completed, ...needs]: readonly unknown[]): History {
  return {
    completed: inPairs([completed].flat(), (state, returnTo) =>
      typeof state === 'string' && typeof returnTo === 'string'
        ? [{ state, returnTo: returnTo === '' ? defaultReturnTo : returnTo }]
        : [],
    ),
    needs: inPairs(needs, (need, at) =>
      typeof need === 'string' && typeof at === 'number' ? [{ need, at }] : [],
    ),
  }
}

function inPairs<Value>(
  values: readonly unknown[],
  read: (first: unknown, second: unknown) => Value[],
): Value[] {
  return values.flatMap((first, index) => (index % 2 === 0 ? read(first, values[index + 1]) : []))
}
