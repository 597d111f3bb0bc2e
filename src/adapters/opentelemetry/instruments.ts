import {
  metrics,
  type Counter,
  type Histogram,
  type Meter,
  type MeterProvider,
} from '@opentelemetry/api'
import type { EntraEvent } from '../../protocol/events.js'
import type { Operation } from '../../protocol/telemetry.js'
import type { Ending } from './ending.js'
import { labelsOf } from './span.js'

export interface Instruments {
  record(operation: Operation, ending: Ending, seconds: number): void
  count(event: EntraEvent): void
}

/**
 * Made when first needed: a provider that is registered after `entra()` was called would otherwise
 * see nothing.
 */
export function createInstruments(scope: string, provider: MeterProvider | undefined): Instruments {
  let made: ReturnType<typeof instrumentsOf> | undefined
  const get = () => (made ??= instrumentsOf((provider ?? metrics).getMeter(scope)))
  return {
    record(operation, ending, seconds) {
      get().durations[operation.kind].record(seconds, labelsOf(operation, ending))
    },
    count(event) {
      const { signIns, keyFailures } = get()
      const signIn = signInOf(event)
      if (signIn !== undefined) signIns.add(1, signIn)
      if (event.type === 'keys-unavailable') keyFailures.add(1, { 'error.type': event.failure })
    },
  }
}

function instrumentsOf(meter: Meter): {
  readonly durations: Readonly<Record<Operation['kind'], Histogram>>
  readonly signIns: Counter
  readonly keyFailures: Counter
} {
  const histogram = (name: string, description: string, boundaries: number[]) =>
    meter.createHistogram(name, {
      description,
      unit: 's',
      advice: { explicitBucketBoundaries: boundaries },
    })
  return {
    durations: {
      guard: histogram('entrada.guard.duration', 'Checks of callers of an API.', momentary),
      token: histogram('entrada.token.duration', 'Tokens handed out.', momentary),
      'token-request': histogram(
        'entrada.token_request.duration',
        'Requests to the platform for a token.',
        networked,
      ),
    },
    signIns: meter.createCounter('entrada.sign_in.count', {
      description: 'Sign-ins by how far they came.',
      unit: '{sign_in}',
    }),
    keyFailures: meter.createCounter('entrada.keys.failure.count', {
      description: "Failures to fetch the platform's signing keys.",
      unit: '{failure}',
    }),
  }
}

/** Seconds. A token at hand takes microseconds, one that is fetched a round trip. */
const momentary = [0.0001, 0.00025, 0.0005, 0.001, 0.005, 0.025, 0.1, 0.5, 1, 5, 10]
/** Seconds; those of the semantic conventions for HTTP. */
const networked = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10]

function signInOf(event: EntraEvent) {
  switch (event.type) {
    case 'sign-in-started':
      return { 'entrada.outcome': 'started' }
    case 'sign-in-completed':
      return { 'entrada.outcome': 'succeeded' }
    case 'sign-in-refused':
      return { 'entrada.outcome': 'refused', 'error.type': event.code }
    case 'sign-in-failed':
      return { 'entrada.outcome': 'failed', 'error.type': event.code }
    default:
      return undefined
  }
}
