import { EgressRefusedError } from '../protocol/egress-refused-error.js'

/**
 * Headers that say whose call it is, where it goes and where its body ends: the token source and
 * `fetch` write them, and another value beside them could send the token astray.
 */
const reserved = [
  'authorization',
  'proxy-authorization',
  'host',
  'connection',
  'content-length',
  'expect',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]

/**
 * A copy of the headers that a program gives.
 *
 * @throws EgressRefusedError (ERR_ENTRA_EGRESS_REFUSED) naming the reserved one among them.
 */
export function ownHeaders(given: RequestInit['headers']): Headers {
  const headers = new Headers(given)
  const found = reserved.find((name) => headers.has(name))
  if (found === undefined) return headers
  throw new EgressRefusedError(
    found === 'authorization'
      ? 'headers hold Authorization, which is set here to the token for the API. Remove it; to send ' +
          'a token of your own, call the global fetch().'
      : `headers hold ${found}, which fetch() sets itself. Remove it.`,
  )
}
