import type { Clock } from '../platform/clock.js'
import type { Sealer } from '../platform/seal.js'
import type { Account, AccountContext, IdTokenClaims } from '../protocol/account.js'
import { after, isLater } from '../protocol/at-once.js'
import { SessionUnavailableError } from '../protocol/sign-in-errors.js'
import { randomHandle } from '../stores/random-handle.js'
import type { SessionPort } from '../stores/session-port.js'
import {
  createSignInRecords,
  signedInOf,
  type FoundRecord,
  type SignedIn,
} from './sign-in-records.js'
import type { Tombstones } from './tombstones.js'
import type { WrittenSignIn } from './written-sign-in.js'

/** What a completed sign-in leaves to be remembered. */
export interface AccountSource extends AccountContext {
  /** Those about the user. */
  readonly claims: IdTokenClaims
}

export interface SignedInSessions {
  /**
   * Who is signed in, if anybody is, and the sign-in neither too old nor ended elsewhere: at once
   * when the record is remembered and nothing is to be written.
   */
  read(session: SessionPort): SignedIn | undefined | Promise<SignedIn | undefined>
  write(session: SessionPort, source: AccountSource): Promise<SignedIn>
  /**
   * The sign-in in the session, also one that is over: the sign-out may have been interrupted, and
   * what else the session holds is that user's.
   */
  held(session: SessionPort): SignedIn | undefined | Promise<SignedIn | undefined>
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
  /** Told when it is written down that the user was active, which is not with every request. */
  readonly onActive?: ((session: SessionPort) => Promise<void>) | undefined
  /** Told when a sign-in is found to be over. */
  readonly onEnd?: ((account: Account, reason: SignInEnd) => void) | undefined
}

/** Why a sign-in is over: unused, too old, or ended elsewhere. */
export type SignInEnd = 'idle' | 'absolute' | 'revoked'

/** Activity is noted this often within an idle lifetime, not with every request. */
const notesPerIdleLifetime = 8

export function createSignedInSessions(settings: SignedInSettings): SignedInSessions {
  const { clock, tombstones, idleLifetime, absoluteLifetime } = settings
  const records = createSignInRecords(settings)
  /** Sign-ins that were told to be over, as long as they are remembered. */
  const told = new WeakSet<SignedIn>()

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

  function checked(session: SessionPort, record: FoundRecord): Found {
    const { written, signedIn } = record
    if (signedIn === undefined) {
      records.remove(session)
      return undefined
    }
    if (written.ended === true) return undefined
    return after(endOf(signedIn, written, session), (end): Found => {
      if (end === undefined) return noted(session, record)
      if (!told.has(signedIn)) settings.onEnd?.(signedIn.account, end)
      told.add(signedIn)
      return over(session, written)
    })
  }

  /**
   * What a slow request writes into a cookie would come over the cookie of a sign-in since; there
   * the times and the tombstones go on telling that it is over.
   */
  async function over(session: SessionPort, written: WrittenSignIn): Promise<undefined> {
    if (session.kind === 'server') await records.write(session, { ...written, ended: true })
    return undefined
  }

  /** Written again when the user was not seen for a while, or the secret is an older one. */
  function noted(session: SessionPort, record: FoundRecord): Found {
    const isRecent = clock() - record.written.seen <= idleLifetime / notesPerIdleLifetime
    return isRecent && record.isCurrent ? record.signedIn : writtenAnew(session, record)
  }

  async function writtenAnew(session: SessionPort, { written, signedIn }: FoundRecord) {
    await records.write(session, { ...written, seen: clock() })
    await settings.onActive?.(session)
    return signedIn
  }

  return {
    read: (session) =>
      // Another process may have the secret that this one lacks, so what does not open stays.
      after(records.read(session), (record) => record && checked(session, record)),

    async write(session, { claims, homeAccountId, sessionId, details }) {
      const now = clock()
      const described: WrittenSignIn = {
        id: randomHandle(),
        at: now,
        seen: now,
        claims,
        home: homeAccountId?.split('.'),
        session: sessionId === claims['sid'] ? undefined : sessionId,
        details,
      }
      // The clock of who signed the user out may be ahead, and this sign-in came after it.
      const at = Math.max(now, 1 + (await tombstones.latestEnd(knownOf(described))))
      const written = { ...described, at, seen: at }
      const signedIn = knownOf(written)
      await records.write(session, written)
      if (signedIn.account.sessionId !== undefined) {
        await tombstones.know(signedIn.account.sessionId)
      }
      return signedIn
    },

    held: (session) => after(records.read(session), (record) => record?.signedIn),
  }
}

function knownOf(written: WrittenSignIn): SignedIn {
  const signedIn = signedInOf(written)
  if (signedIn === undefined) throw new TypeError('The claims do not say who the user is.')
  return signedIn
}
