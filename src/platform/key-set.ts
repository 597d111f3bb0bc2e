import type { PlatformEvent, PlatformEventListener } from '../protocol/events.js'
import { PlatformUnavailableError } from '../protocol/platform-unavailable-error.js'
import {
  createKeyDocuments,
  KeysUnavailable,
  type KeyDocument,
  type KeyDocumentSettings,
} from './key-documents.js'
import type { Metadata } from './metadata.js'
import { createRefetchBudget } from './refetch-budget.js'
import { createRetryPause } from './retry-pause.js'
import { succeededBy, type TrustedKeys } from './trusted-keys.js'

const minute = 60_000
const hour = 60 * minute
const refreshAfter = hour
const refreshWaningAfter = 5 * minute
/** Past this age a key id that nobody knows may well be a new key: no verdict without the platform. */
const staleAfter = 24 * hour
/** Past this age the last good keys are no longer used. */
const unusableAfter = 7 * 24 * hour

export interface KeySetSettings extends KeyDocumentSettings {
  readonly onEvent?: PlatformEventListener | undefined
  /** How far clocks may differ before it is worth an event, in seconds. */
  readonly clockToleranceSeconds: number
}

export interface LoadedKeys {
  readonly metadata: Metadata
  readonly keys: TrustedKeys
  /** Milliseconds since the epoch. */
  readonly fetchedAt: number
  readonly clockDifference: number | undefined
}

export interface KeySet {
  /** The keys in use, without waiting; starts a refresh in the background when one is due. */
  current(): LoadedKeys | undefined
  /** The keys in use, fetched first if there are none. */
  ready(): Promise<LoadedKeys>
  /** As `ready`; a key id that is not among them may send for new keys, within the budget. */
  readyFor(kid: string): Promise<LoadedKeys>
  /** Forgets every key, as after the news that one is compromised. */
  purge(): void
}

/**
 * The signing keys of an authority for tokens of one version. The last good keys serve through an
 * outage; what ages is refreshed behind a request; a poisoned document replaces nothing; attempts
 * are shared, spaced and bounded. `ready` and `readyFor` throw PlatformUnavailableError.
 *
 * @see https://learn.microsoft.com/entra/identity-platform/signing-key-rollover
 */
export function createKeySet(settings: KeySetSettings): KeySet {
  const { clock, version } = settings
  const fetchKeyDocument = createKeyDocuments(settings)
  const budget = createRefetchBudget(clock)
  const pause = createRetryPause(clock)
  let loaded: LoadedKeys | undefined
  let flight: Promise<LoadedKeys> | undefined
  let fault: KeysUnavailable | undefined
  let generation = 0

  function load(): Promise<LoadedKeys> {
    flight ??= attempt(generation)
    return flight
  }

  async function attempt(begunIn: number): Promise<LoadedKeys> {
    try {
      const document = await fetchKeyDocument(loaded?.keys.byMaterial ?? new Map())
      // Purged meanwhile: this document may be older than the news that led to the purge.
      return begunIn === generation ? install(document) : await load()
    } catch (error) {
      throw error instanceof KeysUnavailable ? afterFailure(error) : error
    } finally {
      if (begunIn === generation) flight = undefined
    }
  }

  function install({ metadata, published, clockDifference }: KeyDocument): LoadedKeys {
    const { keys, withdrawn } = succeededBy(loaded?.keys, published, clock())
    loaded = Object.freeze({ metadata, keys, fetchedAt: clock(), clockDifference })
    pause.end()
    tellOfClock(Math.round((clockDifference ?? 0) / 1000))
    tell({ type: 'keys-loaded', version, keys: keys.size })
    for (const { kid } of withdrawn) tell({ type: 'key-withdrawn', version, kid })
    return loaded
  }

  function tellOfClock(seconds: number): void {
    if (Math.abs(seconds) > settings.clockToleranceSeconds) tell({ type: 'clock-differs', seconds })
  }

  function afterFailure(error: KeysUnavailable): PlatformUnavailableError {
    const { endpoint, failure, retryAfter } = error
    fault = error
    if (loaded === undefined) pause.beginShort(retryAfter)
    else pause.beginLong(retryAfter)
    const age = loaded === undefined ? undefined : ageOf(loaded)
    tell({ type: 'keys-unavailable', version, endpoint, failure, age })
    return unavailable()
  }

  function unavailable(): PlatformUnavailableError {
    const { endpoint = 'keys', failure = 'network' } = fault ?? {}
    // A caller is better sent back soon than held off for as long as we hold off ourselves.
    const retryAfter = Math.min(pause.remaining() / 1000, 30)
    return new PlatformUnavailableError({ endpoint, failure, retryAfter })
  }

  function ageOf(keys: LoadedKeys): number {
    return clock() - keys.fetchedAt
  }

  function refreshIfDue(keys: LoadedKeys): void {
    const age = ageOf(keys)
    const due = age < 0 || age >= (keys.keys.waning ? refreshWaningAfter : refreshAfter)
    // Its failure is told as an event; the last good keys stay.
    if (due && flight === undefined && pause.remaining() === 0) load().catch(() => undefined)
  }

  function current(): LoadedKeys | undefined {
    if (loaded === undefined || ageOf(loaded) > unusableAfter) return undefined
    refreshIfDue(loaded)
    return loaded
  }

  async function ready(): Promise<LoadedKeys> {
    const usable = current()
    if (usable !== undefined) return usable
    if (flight === undefined && pause.remaining() > 0) throw unavailable()
    return load()
  }

  /** New keys when they can be had: the attempt under way, or one within the budget. */
  async function newer(keys: LoadedKeys): Promise<LoadedKeys> {
    if (flight === undefined && (pause.remaining() > 0 || !budget.take())) return keys
    try {
      return await load()
    } catch {
      return keys
    }
  }

  async function readyFor(kid: string): Promise<LoadedKeys> {
    const known = current()
    // What was fetched for this very request needs no second look.
    if (known === undefined) return ready()
    if (known.keys.withId(kid).length > 0) return known
    const latest = await newer(known)
    if (latest.keys.withId(kid).length === 0 && ageOf(latest) > staleAfter) throw unavailable()
    return latest
  }

  function purge(): void {
    generation += 1
    loaded = undefined
    flight = undefined
    pause.end()
  }

  function tell(event: PlatformEvent): void {
    try {
      settings.onEvent?.(event)
    } catch {
      // A listener's fault is not the caller's: the verdict stands.
    }
  }

  return { current, ready, readyFor, purge }
}
