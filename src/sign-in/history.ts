import type { Clock } from '../platform/clock.js'
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
  const key = `entrada.${clientId}.history`

  function read(session: SessionPort): History {
    const value = session.read(key)
    if (Array.isArray(value)) return historyIn(value)
    return isHistory(value) ? value : { completed: [], needs: [] }
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
      const short = returnTo.length > longestReturnTo ? '/' : returnTo
      const completed = { state: state.slice(0, stateCharacters), returnTo: short }
      const recent = history.needs.filter(isRemembered)
      const next: History = {
        completed: [...history.completed, completed].slice(-mostRemembered),
        needs: [...recent, ...(need === undefined ? [] : [{ need, at: clock() }])].slice(
          -mostRemembered,
        ),
      }
      session.write(key, session.kind === 'cookie' ? shortHistory(next) : next)
    },
  }
}

/** In a cookie: the last two states, and what the user was sent away for. */
type ShortHistory = readonly [states: readonly string[], ...needs: (string | number)[]]

const mostStatesInCookie = 2

function shortHistory({ completed, needs }: History): ShortHistory {
  return [
    completed.slice(-mostStatesInCookie).map(({ state }) => state),
    ...needs.flatMap(({ need, at }) => [need, at]),
  ]
}

/** A cookie need not be ours to read: koa-session's is signed at most, and may not even be that. */
function historyIn([states, ...needs]: readonly unknown[]): History {
  return {
    completed: [states]
      .flat()
      .filter((state) => typeof state === 'string')
      .map((state) => ({ state, returnTo: '/' })),
    needs: needs.flatMap((need, index) => {
      const at = needs[index + 1]
      return typeof need === 'string' && typeof at === 'number' ? [{ need, at }] : []
    }),
  }
}

function isHistory(value: unknown): value is History {
  const { completed, needs } = Object(value) as Record<string, unknown>
  return Array.isArray(completed) && Array.isArray(needs)
}
