import { packed, unpacked } from '../platform/packed-json.js'
import type { Sealer, Unsealed } from '../platform/seal.js'
import { accountOf, type Account } from '../protocol/account.js'
import { after } from '../protocol/at-once.js'
import { sessionKeyOf } from '../stores/session-key.js'
import type { SessionPort } from '../stores/session-port.js'
import { shortOf, writtenOf, type ShortSignIn, type WrittenSignIn } from './written-sign-in.js'

/** A user's sign-in, as a session holds it. */
export interface SignedIn {
  readonly account: Account
  /** Names this one sign-in; not a secret, and of no use to anybody else. */
  readonly id: string
  /** Milliseconds since the epoch. */
  readonly signedInAt: number
}

export interface SignInRecord {
  readonly written: WrittenSignIn
  /** Undefined when it does not say who the user is. */
  readonly signedIn: SignedIn | undefined
}

export interface FoundRecord extends SignInRecord {
  /** False when an older secret of the ring opened it: time to write it again. */
  readonly isCurrent: boolean
}

/** The sign-in in a session: whole on the server, short in a cookie, and sealed wherever it lies. */
export interface SignInRecords {
  /** At once when the record is remembered. */
  read(session: SessionPort): FoundRecord | undefined | Promise<FoundRecord | undefined>
  write(session: SessionPort, written: WrittenSignIn): Promise<void>
  remove(session: SessionPort): void
}

export function createSignInRecords(settings: {
  readonly sealer: Sealer
  readonly clientId: string
}): SignInRecords {
  const { sealer, clientId } = settings
  const key = sessionKeyOf(clientId, 'account')
  const boundTo = (session: SessionPort) => [clientId, session.id ?? '']
  /** What a session that is sealed as a whole holds is the same object while it is remembered. */
  const readings = new WeakMap<object, FoundRecord>()

  function readingOf(value: object): FoundRecord {
    const known = readings.get(value)
    if (known !== undefined) return known
    const written = value as ShortSignIn // sealed with the session, and written below
    const reading = Object.freeze({ ...recordOf(written), isCurrent: true })
    readings.set(value, reading)
    return reading
  }

  return {
    read(session) {
      const value = session.read(key)
      if (session.isSealed === true) return Array.isArray(value) ? readingOf(value) : undefined
      if (typeof value !== 'string') return undefined
      return after(sealer.open('account', value, boundTo(session)), (opened) =>
        opened?.as(recordIn),
      )
    },
    async write(session, written) {
      const held = session.kind === 'server' ? written : shortOf(written)
      const isSealed = session.isSealed === true
      const sealed = isSealed ? held : await sealer.seal('account', packed(held), boundTo(session))
      session.write(key, sealed)
    },
    remove(session) {
      session.remove(key)
    },
  }
}

function recordIn({ bytes, current }: Unsealed): FoundRecord {
  const held = unpacked(bytes) as WrittenSignIn | ShortSignIn // sealed above
  return Object.freeze({ ...recordOf(held), isCurrent: current })
}

function recordOf(held: WrittenSignIn | ShortSignIn): SignInRecord {
  const written = Object.freeze(writtenOf(held))
  return { written, signedIn: signedInOf(written) }
}

/** Undefined when the claims do not say who the user is. */
export function signedInOf(written: WrittenSignIn): SignedIn | undefined {
  const account = accountOf(written.claims, {
    homeAccountId: written.home?.join('.'),
    sessionId: written.session,
    details: written.details,
  })
  return account && Object.freeze({ account, id: written.id, signedInAt: written.at })
}
