import type { RequestView } from './request-view.js'

/**
 * What a browser says of where a request comes from. `unknown` neither proves nor refutes: under
 * `Referrer-Policy: no-referrer` even our own form posts with `Origin: null`.
 */
export type Provenance = 'ours' | 'foreign' | 'unknown'

export function provenanceOf(request: RequestView, origins: readonly string[]): Provenance {
  if (request.header('sec-fetch-site') === 'same-origin') return 'ours'
  const origin = request.header('origin')
  if (origin !== undefined && origins.includes(origin)) return 'ours'
  const site = request.header('sec-fetch-site')
  if (site === 'cross-site' || site === 'same-site') return 'foreign'
  return origin === undefined || origin === 'null' ? 'unknown' : 'foreign'
}
