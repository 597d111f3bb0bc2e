import type { ServerResponse } from 'node:http'
import { addsToOthers, type Header } from '../../middleware/reply.js'

/**
 * Adds headers to an answer that somebody else will give. A cookie replaces an earlier one of its
 * name, so that the browser gets one word on each.
 *
 * @returns false when the answer has begun, or there is none to add to.
 */
export function addHeaders(
  response: ServerResponse | undefined,
  headers: readonly Header[],
): boolean {
  if (response === undefined || response.headersSent) return false
  for (const [name, value] of headers) {
    if (name === 'Set-Cookie') setCookie(response, value)
    else if (addsToOthers(name)) response.appendHeader(name, value)
    else response.setHeader(name, value)
  }
  return true
}

function setCookie(response: ServerResponse, cookie: string): void {
  const start = cookie.slice(0, cookie.indexOf('=') + 1)
  const others = [response.getHeader('set-cookie') ?? []].flat().map(String)
  response.setHeader('Set-Cookie', [...others.filter((one) => !one.startsWith(start)), cookie])
}
