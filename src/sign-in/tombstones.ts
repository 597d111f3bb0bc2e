import type { Clock } from '../platform/clock.js'
import type { Account } from '../protocol/account.js'
import { after } from '../protocol/at-once.js'
import { createMemoryEntries, type MemoryEntries } from '../stores/memory-entries.js'
import { storeKeyOf } from '../stores/store-key.js'
import type { TokenStore } from '../stores/token-store.js'
import { createLateWrites } from './late-writes.js'

/**
 * Remembers which sign-ins have ended, for as long as one of them could still turn up: in a cookie
 * that was kept, or in a session that a slow request saved again after the sign-out. What the store
 * refuses holds in this process, and is written when the store answers again.
 */
export interface Tombstones {
  /** Ends one sign-in by its own name, which no other has. */
  bury(id: string): Promise<void>
  /** Ends every sign-in of a user until now. */
  buryAccount(user: UserName): Promise<void>
  /** Ends the sign-ins of a session at Entra until now, because somebody says that it is over. */
  buryHearsay(sessionId: string): Promise<void>
  /** Notes a session at Entra that signed in here, so that hearsay about it is taken seriously. */
  know(sessionId: string): Promise<void>
  /**
   * When a sign-in by these names was last ended, in milliseconds; 0 when none was. A new one has to be
   * later than that by every clock.
   */
  latestEnd(signIn: SignInNames): Promise<number>
  /** At once where nothing is shared with other processes: it is asked with every page. */
  isBuried(signIn: SignInNames): boolean | Promise<boolean>
}

export type UserName = Pick<Account, 'tenantId' | 'objectId'>

/** What a sign-in can be ended by. */
export interface SignInNames {
  readonly id: string
  readonly account: UserName & Pick<Account, 'sessionId'>
  /** Milliseconds; under the user and the session at Entra there may have been another since. */
  readonly signedInAt: number
}

export interface TombstoneSettings {
  /** What all processes share; undefined when there is nothing of the kind. */
  readonly store: TokenStore | undefined
  readonly clientId: string
  readonly clock: Clock
  /** The longest life of a sign-in, in milliseconds. */
  readonly lifetime: number
}

// Room of their own each, so that nothing crowds out a sign-out: tokens do not, and neither does a
// stranger who sends session ids to the front-channel route without end.
const ownBytes = 16 * 1024 * 1024
const knownBytes = 16 * 1024 * 1024
const hearsayBytes = 4 * 1024 * 1024
const mostOwnLate = 10_000
const mostHearsayLate = 1_000
/** Somebody else comes in between that often at the most, and then it is written all the same. */
const mostAttempts = 5

export function createTombstones(settings: TombstoneSettings): Tombstones {
  const { store, clientId, clock, lifetime } = settings
  const room = (capacity: number): Room =>
    createMemoryEntries({ clock, capacity, bytesOf: ({ length }) => length })
  // Sign-outs that this process saw itself hold even when the store is away.
  const own = room(ownBytes)
  const hearsay = room(hearsayBytes)
  const known = room(knownBytes)
  const ownLate = createLateWrites(mostOwnLate)
  const hearsayLate = createLateWrites(mostHearsayLate)

  // Names are session ids of the platform: hashed, so that the store tells nobody a usable one.
  const graveOf = (...name: string[]) => storeKeyOf('revoked', clientId, ...name)
  // A sign-in is asked about with every page, and its names are hashed once.
  const gravesOfSignIns = new WeakMap<SignInNames, Graves | Promise<Graves>>()

  async function namedGraves({ id, account }: SignInNames): Promise<Graves> {
    const { sessionId } = account
    const [idGrave, accountGrave, sessionGrave] = await Promise.all([
      graveOf('sign-in', id),
      graveOf('account', ...accountNameOf(account)),
      sessionId === undefined ? undefined : graveOf('session', sessionId),
    ])
    const timed = [accountGrave, sessionGrave].filter((grave) => grave !== undefined)
    return { idGrave, timed }
  }

  function gravesOf(signIn: SignInNames): Graves | Promise<Graves> {
    const before = gravesOfSignIns.get(signIn)
    if (before !== undefined) return before
    const named = namedGraves(signIn).then((graves) => {
      gravesOfSignIns.set(signIn, graves)
      return graves
    })
    gravesOfSignIns.set(signIn, named)
    return named
  }

  const sessionKeyOf = (sessionId: string) => storeKeyOf('signed-in', clientId, sessionId)

  async function bury(grave: string, end = String(clock())): Promise<void> {
    if (isNewer(end, own.read(grave))) own.write(grave, end, lifetime)
    if (store !== undefined) await ownLate.now(grave, () => buryIn(store, grave, end))
  }

  /** What is written late, or by a clock that is behind, takes back no later end. */
  async function buryIn(shared: TokenStore, grave: string, end: string): Promise<void> {
    const { atomic } = shared
    for (let attempt = 1; ; attempt += 1) {
      const held = await shared.get(grave)
      if (!isNewer(end, held)) return
      if (atomic === undefined || attempt === mostAttempts) {
        return shared.set(grave, end, lifetime)
      }
      if (await atomic.compareAndSet(grave, held, end, lifetime)) return
    }
  }

  async function isKnown(sessionId: string): Promise<boolean> {
    const key = await sessionKeyOf(sessionId)
    return (store === undefined ? known.read(key) : await store.get(key)) !== undefined
  }

  async function liesInStore(graves: Graves, signedInAt: number): Promise<boolean> {
    if (store === undefined) return false
    const answered = store.get(graves.idGrave).then((end) => {
      ownLate.catchUp()
      hearsayLate.catchUp()
      return end
    })
    const [ended, ...endedUntil] = await Promise.all([
      answered,
      ...graves.timed.map((grave) => store.get(grave)),
    ])
    return ended !== undefined || endedUntil.some((end) => isUntil(end, signedInAt))
  }

  /** The latest end under a name that another sign-in may have had; 0 when there is none. */
  async function latestEnd(signIn: SignInNames): Promise<number> {
    const { timed } = await gravesOf(signIn)
    const here = timed.flatMap((grave) => [own.read(grave), hearsay.read(grave)])
    const there =
      store === undefined ? [] : await Promise.all(timed.map((grave) => store.get(grave)))
    return Math.max(0, ...[...here, ...there].map((end) => Number(end ?? 0)))
  }

  return {
    latestEnd,
    bury: async (id) => bury(await graveOf('sign-in', id)),
    buryAccount: async (user) => bury(await graveOf('account', ...accountNameOf(user))),
    async buryHearsay(sessionId) {
      const grave = await graveOf('session', sessionId)
      const end = String(clock())
      // Here at least, whatever the store answers.
      hearsay.write(grave, end, lifetime)
      await hearsayLate.now(grave, async () => {
        if (await isKnown(sessionId)) await bury(grave, end)
      })
    },
    async know(sessionId) {
      const key = await sessionKeyOf(sessionId)
      if (store === undefined) known.write(key, '1', lifetime)
      else await store.set(key, '1', lifetime)
    },
    isBuried: (signIn) =>
      after(gravesOf(signIn), (graves) => {
        const { signedInAt } = signIn
        if (liesIn(own, graves, signedInAt) || liesIn(hearsay, graves, signedInAt)) return true
        return store === undefined ? false : liesInStore(graves, signedInAt)
      }),
  }
}

/** What is stored is ASCII. */
type Room = MemoryEntries<string>

function liesIn(room: Room, { idGrave, timed }: Graves, signedInAt: number): boolean {
  if (room.read(idGrave) !== undefined) return true
  return timed.some((grave) => isUntil(room.read(grave), signedInAt))
}

function isNewer(end: string, held: string | undefined): boolean {
  return held === undefined || Number(held) < Number(end)
}

/** The clocks of two processes may differ, so times count only where they have to. */
function isUntil(end: string | undefined, signedInAt: number): boolean {
  return end !== undefined && signedInAt <= Number(end)
}

/** Under which keys the end of a sign-in is kept. */
interface Graves {
  readonly idGrave: string
  /** Those under which there may have been another sign-in since. */
  readonly timed: readonly string[]
}

function accountNameOf({ tenantId, objectId }: UserName): [string, string] {
  return [tenantId.toLowerCase(), objectId.toLowerCase()]
}
