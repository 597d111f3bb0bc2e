import type { SessionPort } from './session-port.js'

/**
 * A session that lives in this process while a sign-in completes: what is written to it is in
 * nobody's session yet, and never will be when the sign-in comes to nothing.
 */
export function createPassingSession(): SessionPort {
  const content = new Map<string, unknown>()
  const beside = new Map<string, string>()
  return {
    aside: {
      newId: () => Promise.resolve(crypto.randomUUID()),
      read: (id) => Promise.resolve(beside.get(id)),
      write: (id, value) => Promise.resolve(void beside.set(id, value)),
      remove: (id) => Promise.resolve(void beside.delete(id)),
    },
    id: crypto.randomUUID(),
    kind: 'server',
    read: (key) => content.get(key),
    write: (key, value) => void content.set(key, value),
    remove: (key) => void content.delete(key),
    renew: (_keep, fill) => fill(createPassingSession()),
    save: () => Promise.resolve(),
    destroy: () => {
      content.clear()
      return Promise.resolve()
    },
  }
}
