import { keptOf, type SessionKeep, type SessionPort } from '../../stores/session-port.js'

/** What @fastify/secure-session puts on a request; written out so that our types need no other package. */
interface WithSecureSession {
  readonly session: {
    get(key: string): unknown
    set(key: string, value: unknown): void
    data(): Record<string, unknown>
    delete(): void
    regenerate(keep?: readonly string[]): void
  }
}

export function isSecureSession(request: object): request is WithSecureSession {
  const { session } = request as Partial<WithSecureSession> // looked at before it is used
  return typeof session?.data === 'function' && typeof session.delete === 'function'
}

/** The session travels in the cookie, sealed by the plugin, and goes along with the answer. */
export function secureSessionOf({ session }: WithSecureSession): SessionPort {
  const port: SessionPort = {
    id: undefined,
    kind: 'cookie',
    read: (key) => session.get(key),
    write: (key, value) => {
      session.set(key, value)
    },
    remove: (key) => {
      session.set(key, undefined) // JSON has no word for it, so the cookie does not hold it
    },
    renew: (keep, fill) => renew(session, keep, () => fill(port)),
    save: () => Promise.resolve(),
    destroy: () => {
      session.delete()
      return Promise.resolve()
    },
  }
  return port
}

async function renew(
  session: WithSecureSession['session'],
  keep: SessionKeep,
  fill: () => Promise<void>,
): Promise<void> {
  const previous = session.data()
  try {
    session.regenerate(keptOf(previous, keep).map(([key]) => key))
    await fill()
  } catch (error) {
    session.regenerate()
    for (const [key, value] of keptOf(previous, 'everything')) session.set(key, value)
    throw error
  }
}
