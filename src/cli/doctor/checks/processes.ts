import { skipped, type Check } from '../check.js'
import type { Deployment } from '../deployment.js'
import { finding, type Finding } from '../finding.js'

/** Whether what one process knows is known to the others. */
export const processesCheck: Check = {
  title: 'Several processes',
  run(deployment) {
    const { processes, session } = deployment.configuration.server
    if (processes === undefined && session?.store === undefined) {
      return skipped('server is not described in the configuration file')
    }
    return [...sessionStore(deployment), ...tokenStore(deployment)]
  },
}

function sessionStore({ configuration, production, signIn }: Deployment): readonly Finding[] {
  const { processes = 1, session } = configuration.server
  const isOurs = signIn?.session === 'cookie'
  if (signIn === undefined || isOurs || session?.store !== 'memory') return []
  if (processes < 2 && !production) return []
  const count = processes < 2 ? 'a process of production' : `${processes} processes`
  return [
    finding('session-store-memory', {
      found: `sessions are kept in the memory of ${count}: a restart, or another process, knows none`,
      expected: 'a session store that all processes share',
      cure: "Use connect-redis or another store, or signIn({ session: 'cookie' }).",
    }),
  ]
}

function tokenStore({ configuration, settings }: Deployment): readonly Finding[] {
  const { processes = 1 } = configuration.server
  if (processes < 2 || settings.store !== undefined) return []
  return [
    finding('store-not-shared', {
      found: `${processes} processes without a shared store: each fetches its own tokens, and a sign-out is known to one`,
      expected: 'entra({ store })',
      cure: 'redisTokenStore({ client }) of entrada/redis.',
    }),
  ]
}
