// Redis goes away and comes back, once by dying and once by not answering: what do an API, a
// daemon and a signed-in user see meanwhile, and is the user still signed in afterwards?
import { setTimeout as pause } from 'node:timers/promises'
import { createBrowser } from './browser.js'
import { ask, countsOf, startFleet } from './fleet.js'

export async function redisGone({ seconds }, say) {
  const fleet = await startFleet({ processes: 2 })
  try {
    const browser = createBrowser()
    await browser.open(`${fleet.origin}/page`)
    const user = { cookie: browser.cookieHeader(fleet.origin) }
    const { redis } = fleet
    const killed = await outage(fleet, user, seconds, say, {
      begin: () => redis.kill(),
      end: () => redis.restart(),
    })
    const frozen = await outage(fleet, user, seconds, say, {
      begin: () => redis.freeze(),
      end: () => redis.thaw(),
    })
    return { seconds, killed, frozen, signIns: browser.counts.picked }
  } finally {
    await fleet.stop()
  }
}

async function outage(fleet, user, seconds, say, { begin, end }) {
  const before = await ask(`${fleet.origin}/user-token`, user)
  await begin()
  say(`Redis is gone for ${seconds} s`)
  const seen = { onBehalfOf: [], appOnly: [], page: [] }
  let slowest = 0
  const until = performance.now() + seconds * 1_000
  while (performance.now() < until) {
    const begun = performance.now()
    // A new caller each time: no process has this token in its memory.
    const authorization = `Bearer ${await fleet.userToken()}`
    const [api, daemon, page] = await Promise.all([
      ask(`${fleet.origin}/on-behalf-of`, { authorization }),
      ask(`${fleet.origin}/app-only`),
      ask(`${fleet.origin}/page`, user),
    ])
    seen.onBehalfOf.push(api.status)
    seen.appOnly.push(daemon.status)
    seen.page.push(page.status)
    slowest = Math.max(slowest, performance.now() - begun)
    await pause(100)
  }
  await end()
  say('Redis is back')
  const back = performance.now()
  let page = await ask(`${fleet.origin}/page`, user)
  while (page.status !== 200 && performance.now() < back + 10_000) {
    await pause(50)
    page = await ask(`${fleet.origin}/page`, user)
  }
  await pause(1_100) // stores that were left alone are tried again
  const after = await ask(`${fleet.origin}/user-token`, user)
  return {
    onBehalfOf: countsOf(seen.onBehalfOf),
    appOnly: countsOf(seen.appOnly),
    page: countsOf(seen.page),
    slowestAnswer: Math.round(slowest),
    stillSignedIn: page.status === 200,
    sameUserToken: after.token !== undefined && after.token === before.token,
    recoveredAfter: Math.round(performance.now() - back - 1_100),
  }
}
