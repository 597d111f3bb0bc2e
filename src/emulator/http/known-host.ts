import type { IncomingMessage } from 'node:http'

/**
 * Whether the request was meant for the emulator: loopback by name or number, or the public name it
 * goes by. A page on the Internet could otherwise reach it by pointing its own name here.
 */
export function isKnownHost(
  { headers }: IncomingMessage,
  publicOrigin: string | undefined,
): boolean {
  const { host } = headers
  if (host === undefined) return false
  const known = ['localhost', '127.0.0.1', '[::1]']
  if (publicOrigin !== undefined) known.push(new URL(publicOrigin).hostname)
  return known.includes(host.replace(/:\d*$/, '').toLowerCase())
}
