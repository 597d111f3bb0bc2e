import type { Host } from '../host/host.js'
import type { Settings } from './settings.js'

/** Variables that number the instances of an app from 0: PM2, Cloud Foundry. */
const instanceNumbers = ['NODE_APP_INSTANCE', 'CF_INSTANCE_INDEX'] as const

/**
 * Warns at start-up when this process can tell that it is one of several and they share nothing. Many
 * a deployment gives no sign (replicas of a container do not know of each other), so silence proves
 * nothing.
 */
export function warnOfSeveralProcesses({ store, host }: Settings): void {
  const sign = store === undefined ? signOfSeveral(host) : undefined
  if (sign === undefined) return
  host.warn(
    `This process is one of several (${sign}), and entra() has no store that they share: a sign-out ` +
      'is known to the process that saw it alone, and the tokens of cookie sessions to the one that ' +
      'fetched them. Give entra({ store: redisTokenStore({ client }) }) of entrada/redis; ' +
      'docs/scale-out.md shows how.',
  )
}

function signOfSeveral({ environment, isClusterWorker }: Host): string | undefined {
  if (isClusterWorker === true) return 'a worker of node:cluster'
  const numbered = instanceNumbers.find((name) => Number(environment[name]) >= 1)
  if (numbered !== undefined) return `${numbered} is ${environment[numbered] ?? ''}`
  const dyno = environment['DYNO'] ?? '' // Heroku: web.1, web.2, …
  return /^[a-z]+\.(?!1$)\d+$/i.test(dyno) ? `DYNO is ${dyno}` : undefined
}
