import type { Sealer } from '../platform/seal.js'
import type { TokenStore } from './token-store.js'

/** Before every value; a record with another one is of a version that this one cannot read. */
const version = '1.'

/**
 * Seals what leaves the process. A record that was changed, moved to another key, written by
 * another application or version, or sealed with a secret that is not in the ring is not there.
 *
 * @param context What separates this application from another with the same secret: its client ID.
 */
export function createSealedTokenStore(
  store: TokenStore,
  sealer: Sealer,
  context: string,
): TokenStore {
  const boundTo = (key: string) => [version, context, key]

  async function sealed(key: string, value: string): Promise<string> {
    return version + (await sealer.seal('token-store', value, boundTo(key)))
  }

  async function opened(key: string, record: string | undefined): Promise<string | undefined> {
    if (record?.startsWith(version) !== true) return undefined
    return (await sealer.open('token-store', record.slice(version.length), boundTo(key)))?.text
  }

  const { atomic, lock, listByAccount } = store
  return {
    get: async (key) => opened(key, await store.get(key)),
    set: async (key, value, lifetime) => store.set(key, await sealed(key, value), lifetime),
    delete: (key) => store.delete(key),
    ...(atomic === undefined
      ? {}
      : {
          atomic: {
            // Sealing twice gives two texts, so what is compared is the record as it is stored.
            async compareAndSet(key, expected, value, lifetime) {
              const record = await store.get(key)
              if ((await opened(key, record)) !== expected) return false
              return atomic.compareAndSet(key, record, await sealed(key, value), lifetime)
            },
          },
        }),
    ...(lock === undefined
      ? {}
      : {
          lock: {
            acquire: (key, lifetime) => lock.acquire(key, lifetime),
            release: (key, fence) => lock.release(key, fence),
            setFenced: async (key, value, lifetime, fence) =>
              lock.setFenced(key, await sealed(key, value), lifetime, fence),
          },
        }),
    ...(listByAccount === undefined ? {} : { listByAccount }),
  }
}
