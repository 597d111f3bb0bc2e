import { encodeBase64Url } from '../platform/base64url.js'
import type { Clock } from '../platform/clock.js'
import type { Sealer, Unsealed } from '../platform/seal.js'
import {
  accountOf,
  type Account,
  type AccountDetails,
  type IdTokenClaims,
} from '../protocol/account.js'
import { after, isLater } from '../protocol/at-once.js'
import { SessionUnavailableError } from '../protocol/sign-in-errors.js'
import type { SessionPort } from '../stores/session-port.js'
import type { Tombstones } from './tombstones.js'
import { fullText, shortText, writtenOf, type WrittenSignIn } from './written-sign-in.js'

/** A user's sign-in, as a session holds it. */
export interface SignedIn {
  readonly account: Account
  /** Names this one sign-in; not a secret, and of no use to anybody else. */
  readonly id: string
  /** Milliseconds since the epoch. */
  readonly signedInAt: number
}

/** What a completed sign-in leaves to be remembered. */
export interface AccountSource {
  readonly claims: IdTokenClaims
  readonly clientInfo?: string | undefined
  readonly sessionState?: string | undefined
  readonly details?: AccountDetails | undefined
}

export interface SignedInSessions {
  /**
   * Who is signed in, if anybody is, and the sign-in neither too old nor ended elsewhere: at once
   * when the record is remembered and nothing is to be written.
   */
  read(session: SessionPort): SignedIn | undefined | Promise<SignedIn | undefined>
  write(session: SessionPort, source: AccountSource): Promise<SignedIn>
  /** Takes the sign-in out of the session and sees to it that it does not come back. */
  end(session: SessionPort, signedIn: SignedIn): Promise<void>
}

export interface SignedInSettings {
  readonly sealer: Sealer
  readonly clock: Clock
  readonly clientId: string
  readonly tombstones: Tombstones
  /** Milliseconds without a request after which the user signs in again. */
  readonly idleLifetime: number
  /** Milliseconds after a sign-in after which the user signs in again, however active. */
  readonly absoluteLifetime: number
  /** Told when a sign-in is found to be over. */
  readonly onEnd?: ((account: Account, reason: SignInEnd) => void) | undefined
}

/** Why a sign-in is over: unused, too old, or ended elsewhere. */
export type SignInEnd = 'idle' | 'absolute' | 'revoked'

/** Activity is noted this often within an idle lifetime, not with every request. */
const notesPerIdleLifetime = 8

export function createSignedInSessions(settings: SignedInSettings): SignedInSessions {
  const { sealer, clock, clientId, tombstones, idleLifetime, absoluteLifetime } = settings
  const key = `entrada.${clientId}.account`
  const boundTo = (session: SessionPort) => [clientId, session.id ?? '']

  async function store(session: SessionPort, written: WrittenSignIn): Promise<void> {
    const text = session.kind === 'server' ? fullText(written) : shortText(written)
    session.write(key, await sealer.seal('account', text, boundTo(session)))
  }

  function endOf(
    signedIn: SignedIn,
    { at, seen }: WrittenSignIn,
    session: SessionPort,
  ): SignInEnd | undefined | Promise<SignInEnd | undefined> {
    const now = clock()
    if (now - at > absoluteLifetime) return 'absolute'
    if (now - seen > idleLifetime) return 'idle'
    return after(isBuried(signedIn, session), (isOver) => (isOver ? 'revoked' : undefined))
  }

  function isBuried(signedIn: SignedIn, { kind }: SessionPort): boolean | Promise<boolean> {
    const answer = tombstones.isBuried(signedIn)
    if (!isLater(answer)) return answer
    return answer.catch((error: unknown) => {
      // A session in a cookie needs no store to be read, so it outlives an outage of the store.
      if (kind === 'cookie' && error instanceof SessionUnavailableError) return false
      throw error
    })
  }

  type Found = SignedIn | undefined | Promise<SignedIn | undefined>

  function foundIn(session: SessionPort, opened: Unsealed): Found {
    const { written, signedIn } = opened.as(readingOf)
    if (signedIn === undefined) {
      session.remove(key)
      return undefined
    }
    return after(endOf(signedIn, written, session), (end): Found => {
      if (end === undefined) return noted(session, { opened, written, signedIn })
      session.remove(key)
      settings.onEnd?.(signedIn.account, end)
      return undefined
    })
  }

  /** Written again when the user was not seen for a while, or the secret is an older one. */
  function noted(session: SessionPort, { opened, written, signedIn }: Noted): Found {
    const now = clock()
    const isRecent = now - written.seen <= idleLifetime / notesPerIdleLifetime
    if (isRecent && opened.current) return signedIn
    return store(session, { ...written, seen: now }).then(() => signedIn)
  }

  return {
    read(session) {
      const value = session.read(key)
      if (typeof value !== 'string') return undefined
      // Another process may have the secret that this one lacks, so what does not open stays.
      return after(
        sealer.open('account', value, boundTo(session)),
        (opened) => opened && foundIn(session, opened),
      )
    },

    async write(session, { claims, clientInfo, sessionState, details }) {
      const now = clock()
      const id = encodeBase64Url(crypto.getRandomValues(new Uint8Array(16)))
      const written: WrittenSignIn = {
        id,
        at: now,
        seen: now,
        claims,
        info: clientInfo,
        state: sessionState,
        details,
      }
      const signedIn = signedInOf(written)
      if (signedIn === undefined) throw new TypeError('The claims do not say who the user is.')
      await store(session, written)
      if (signedIn.account.sessionId !== undefined) {
        await tombstones.know(signedIn.account.sessionId)
      }
      return signedIn
    },

    async end(session, signedIn) {
      session.remove(key)
      await tombstones.bury(signedIn.id)
    },
  }
}

interface Noted {
  readonly opened: Unsealed
  readonly written: WrittenSignIn
  readonly signedIn: SignedIn
}

function readingOf(text: string): {
  readonly written: WrittenSignIn
  readonly signedIn: SignedIn | undefined
} {
  const written = writtenOf(text)
  return Object.freeze({ written: Object.freeze(written), signedIn: signedInOf(written) })
}

function signedInOf(written: WrittenSignIn): SignedIn | undefined {
  const account = accountOf(written.claims, {
    clientInfo: written.info,
    sessionState: written.state,
    details: written.details,
  })
  return account && Object.freeze({ account, id: written.id, signedInAt: written.at })
}
