import type { FastifyReply } from 'fastify'
import { addsToOthers, type Header } from '../../middleware/reply.js'

/**
 * Adds headers to an answer that somebody else will give. A cookie replaces an earlier one of its
 * name, so that the browser gets one word on each.
 *
 * @returns false when the answer has begun, or there is none to add to.
 */
export function addHeaders(reply: FastifyReply | undefined, headers: readonly Header[]): boolean {
  if (reply === undefined || reply.raw.headersSent) return false
  for (const [name, value] of headers) {
    if (name === 'Set-Cookie') setCookie(reply, value)
    else if (addsToOthers(name)) reply.header(name, [...heldBy(reply, name), value].join(', '))
    else reply.header(name, value)
  }
  return true
}

/** Fastify itself adds to cookies only, and cannot take one back. */
function setCookie(reply: FastifyReply, cookie: string): void {
  const start = cookie.slice(0, cookie.indexOf('=') + 1)
  const others = heldBy(reply, 'set-cookie').filter((one) => !one.startsWith(start))
  reply.removeHeader('set-cookie').header('set-cookie', [...others, cookie])
}

function heldBy(reply: FastifyReply, name: string): string[] {
  return [reply.getHeader(name) ?? []].flat().map(String)
}
