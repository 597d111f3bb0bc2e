import { AccessToken } from '../../src/acquisition/access-token.js'
import type { DownstreamApi } from '../../src/acquisition/downstream-api.js'
import { createTokenSource } from '../../src/acquisition/token-source.js'
import type {
  OutgoingCalls,
  TokenQuestion,
  TokenSourceSettings,
} from '../../src/acquisition/token-source-settings.js'

interface Changes extends Partial<Omit<TokenSourceSettings, 'calls'>> {
  readonly graphOrigin?: string
  readonly apis?: readonly (Pick<DownstreamApi, 'name' | 'baseUrl'> & Partial<DownstreamApi>)[]
  readonly calls?: Partial<OutgoingCalls>
}

/** A token source whose tokens are `token-1`, `token-2` … and whose waits take no time. */
export function tokenSourceWith(changes: Changes = {}) {
  const { graphOrigin, apis = [], calls, ...settings } = changes
  const asked: TokenQuestion[] = []
  const waits: number[] = []
  const source = createTokenSource({
    acquire(question) {
      asked.push(question)
      const token = `token-${asked.length}`
      return Promise.resolve(
        new AccessToken({ token, scopes: [], expiresAt: 2000, refreshAt: 1000 }),
      )
    },
    unanswered: () => undefined,
    delegated: true,
    tenant: '7d1c9a10-5a6e-4a1d-8f6c-0b2f5e9d3a77',
    ...settings,
    calls: {
      graph: {
        resource: 'https://graph.microsoft.com',
        endpoint: graphOrigin ?? 'https://graph.microsoft.com',
        hosts: ['graph.microsoft.com'],
      },
      apis: new Map(apis.map((api) => [api.name, apiWith(api)])),
      fetch,
      clock: () => 0,
      sleep(milliseconds) {
        waits.push(milliseconds)
        return Promise.resolve()
      },
      clientCapabilities: [],
      tenantIdOf: () => Promise.reject(new Error('No tenant is known by a domain here.')),
      ...calls,
    },
  })
  return { source, asked, waits }
}

function apiWith(
  api: Pick<DownstreamApi, 'name' | 'baseUrl'> & Partial<DownstreamApi>,
): DownstreamApi {
  const resource = api.resource ?? `api://${api.name}`
  return {
    resource,
    scopes: [`${resource}/.default`],
    origin: new URL(api.baseUrl).origin,
    timeout: 10_000,
    retry: 2,
    ...api,
  }
}
