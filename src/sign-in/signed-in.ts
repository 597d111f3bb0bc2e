import { encodeBase64Url } from '../platform/base64url.js'
import type { Clock } from '../platform/clock.js'
import type { Sealer } from '../platform/seal.js'
import { accountOf, type Account, type IdTokenClaims } from '../protocol/account.js'
import type { SessionPort } from '../stores/session-port.js'
import type { Tombstones } from './tombstones.js'

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
}

export interface SignedInSessions {
  /** Who is signed in, if anybody is, and the sign-in neither too old nor ended elsewhere. */
  read(session: SessionPort): Promise<SignedIn | undefined>
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
}

interface Written {
  readonly id: string
  readonly at: number
  readonly seen: number
  readonly claims: IdTokenClaims
  readonly info?: string
  readonly state?: string
}

/** Activity is noted this often within an idle lifetime, not with every request. */
const notesPerIdleLifetime = 8
// A cookie has room for what `Account` has fields for, not for every claim.
const cookieClaims = ['tid', 'oid', 'sub', 'name', 'preferred_username', 'sid']
const longestCookieText = 64

export function createSignedInSessions(settings: SignedInSettings): SignedInSessions {
  const { sealer, clock, clientId, tombstones, idleLifetime, absoluteLifetime } = settings
  const key = `entrada.${clientId}.account`
  const boundTo = (session: SessionPort) => [clientId, session.id ?? '']

  async function store(session: SessionPort, written: Written): Promise<void> {
    session.write(key, await sealer.seal('account', JSON.stringify(written), boundTo(session)))
  }

  function isOver(written: Written, now: number): boolean {
    return now - written.at > absoluteLifetime || now - written.seen > idleLifetime
  }

  function isBuried({ id, account, signedInAt }: SignedIn): Promise<boolean> {
    return tombstones.isBuried([id, account.sessionId], signedInAt)
  }

  return {
    async read(session) {
      const value = session.read(key)
      if (typeof value !== 'string') return undefined
      const opened = await sealer.open('account', value, boundTo(session))
      // Another process may have the secret that this one lacks, so the record stays.
      if (opened === undefined) return undefined
      const written = JSON.parse(opened.text) as Written // covered by our seal, so written below
      const signedIn = signedInOf(written)
      const now = clock()
      if (signedIn === undefined || isOver(written, now) || (await isBuried(signedIn))) {
        session.remove(key)
        return undefined
      }
      if (!opened.current || now - written.seen > idleLifetime / notesPerIdleLifetime) {
        await store(session, { ...written, seen: now })
      }
      return signedIn
    },

    async write(session, source) {
      const written = writtenOf(source, session.kind, clock())
      const signedIn = signedInOf(written)
      if (signedIn === undefined) throw new TypeError('The claims do not say who the user is.')
      await store(session, written)
      return signedIn
    },

    async end(session, signedIn) {
      session.remove(key)
      await tombstones.bury(signedIn.id)
    },
  }
}

function writtenOf(source: AccountSource, kind: SessionPort['kind'], now: number): Written {
  return {
    id: encodeBase64Url(crypto.getRandomValues(new Uint8Array(16))),
    at: now,
    seen: now,
    claims: kind === 'server' ? source.claims : shortened(source),
    ...(kind === 'cookie' || source.clientInfo === undefined ? {} : { info: source.clientInfo }),
    ...(kind === 'cookie' || source.sessionState === undefined
      ? {}
      : { state: source.sessionState }),
  }
}

function shortened({ claims, sessionState }: AccountSource): IdTokenClaims {
  const kept = Object.entries(claims).filter(([name]) => cookieClaims.includes(name))
  const short = kept.map(([name, value]) => [
    name,
    typeof value === 'string' ? value.slice(0, longestCookieText) : value,
  ])
  const sid = claims['sid'] ?? sessionState
  return { ...(Object.fromEntries(short) as IdTokenClaims), ...(sid === undefined ? {} : { sid }) }
}

function signedInOf(written: Written): SignedIn | undefined {
  const account = accountOf(written.claims, {
    clientInfo: written.info,
    sessionState: written.state,
  })
  return account && Object.freeze({ account, id: written.id, signedInAt: written.at })
}
