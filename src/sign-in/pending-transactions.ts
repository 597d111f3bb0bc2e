import type { SealedTransaction, TransactionCodec } from './transaction.js'

const mostPending = 10
const mostBytes = 3_000

/** What a browser does about its pending sign-ins when another one starts. */
export interface PendingPlan {
  /** Names of cookies to remove. */
  readonly drop: readonly string[]
}

/**
 * Keeps a browser's pending sign-ins few and small, so that a thousand abandoned ones never make
 * a request too large: the oldest go first, by the time in their name.
 */
export function planPending(
  codec: TransactionCodec,
  cookies: readonly (readonly [name: string, value: string])[],
  added: SealedTransaction,
): PendingPlan {
  const pending = cookies
    .flatMap(([name, value]) => {
      const issuedAt = codec.issuedAtOf(name)
      return issuedAt === undefined ? [] : [{ name, issuedAt, bytes: bytesOf(name, value) }]
    })
    .sort((one, other) => other.issuedAt - one.issuedAt)

  let bytes = bytesOf(added.name, added.value)
  const drop = pending.filter((cookie, index) => {
    bytes += cookie.bytes
    return index + 1 >= mostPending || bytes > mostBytes
  })
  return { drop: [...new Set(drop.map(({ name }) => name))] }
}

/** As it stands in a `Cookie` header, with the separator. */
function bytesOf(name: string, value: string): number {
  return name.length + value.length + 3
}
