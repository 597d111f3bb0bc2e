import type { Host } from '../host/host.js'
import type { PlatformRequestEvent } from '../protocol/events.js'
import type { Clock } from './clock.js'

export interface ShownFetchSettings {
  /** Origin of the authority; requests to other places are not the platform's protocol. */
  readonly origin: string
  readonly clock: Clock
  readonly host: Pick<Host, 'publish'>
}

/**
 * A fetch that shows every request to the platform as the protocol's documents have it, so that the
 * two can be compared (R46). Of its parameters, only those that prove nothing are shown.
 */
export function shownFetch(send: typeof fetch, settings: ShownFetchSettings): typeof fetch {
  const { origin, clock, host } = settings
  if (host.publish === undefined) return send
  return async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input)
    if (url.origin !== origin) return send(input, init)
    const began = clock()
    let status: number | undefined
    try {
      const response = await send(input, init)
      status = response.status
      return response
    } finally {
      const event: PlatformRequestEvent = {
        type: 'platform-request',
        method: init?.method ?? 'GET',
        url: url.origin + url.pathname,
        parameters: shownOf(init?.body),
        correlationId: new Headers(init?.headers).get('client-request-id') ?? undefined,
        status,
        milliseconds: Math.max(0, clock() - began),
      }
      host.publish?.(Object.freeze(event))
    }
  }
}

function shownOf(body: unknown): Readonly<Record<string, string>> {
  if (!(body instanceof URLSearchParams)) return {}
  return Object.fromEntries(
    [...body].map(([name, value]) => [name, telling.has(name) ? value : '[redacted]']),
  )
}

/** Names of parameters that say what is asked for; the others prove who asks. */
const telling: ReadonlySet<string> = new Set([
  'grant_type',
  'client_id',
  'client_assertion_type',
  'scope',
  'claims',
  'client_info',
  'redirect_uri',
  'requested_token_use',
])
