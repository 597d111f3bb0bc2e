import type { IncomingMessage } from 'node:http'

/** The address of a request. Its path is appended, not resolved: `//name` would be another host. */
export function requestUrlOf({ url = '/' }: IncomingMessage, origin: string): URL {
  if (/^https?:/i.test(url) && URL.canParse(url)) return new URL(url)
  return new URL(`${origin}${url.startsWith('/') ? '' : '/'}${url}`)
}
