import type { EntraEvent } from './events.js'
import type { Grant } from './grant.js'

/** A piece of work that is observed. None holds a token, or anything that a request could choose. */
export type Operation =
  /** A request, or a token that came by another way, is looked at: let through or refused. */
  | { readonly kind: 'guard' }
  /** A token is handed out, from wherever it comes. */
  | { readonly kind: 'token'; readonly grant: Grant }
  /** The platform is asked for a token. */
  | {
      readonly kind: 'token-request'
      readonly grant: Grant
      /** Where it is asked: the origin of the authority. */
      readonly origin: string
      readonly resource: string | undefined
      readonly correlationId: string
    }

/** What a piece of work finds out about itself as it goes on. */
export interface Findings {
  /**
   * Where a token came from: kept in this process or the session; left by, or fetched together with,
   * another request; or asked for by this one.
   */
  source?: 'cache' | 'shared' | 'platform'
}

/**
 * What is told of the work of an instance; `openTelemetry()` of `entrada/opentelemetry` is one. All
 * of it may be called for every request, so it neither waits nor throws.
 */
export interface Telemetry {
  /** Runs work, in the context of what stands for it, and passes on what it gives or throws. */
  observe<Value>(operation: Operation, work: (findings: Findings) => Promise<Value>): Promise<Value>
  /** Headers by which the next service joins the trace; none when somebody else sends them. */
  traceHeaders(): Readonly<Record<string, string>>
  /** Is told every event, as `onEvent` is. */
  tell(event: EntraEvent): void
}

type Observe = Telemetry['observe']

/** The way to observe; without telemetry the work is merely done. */
export function observerOf(telemetry: Pick<Telemetry, 'observe'> | undefined): Observe {
  if (telemetry === undefined) return (_operation, work) => work({})
  return (operation, work) => telemetry.observe(operation, work)
}
