// A thousand requests over four processes find no token: how many token requests reach the
// platform? Once on behalf of a user of the API, once for the app itself, once for a signed-in
// user whose token has expired.
import { createBrowser } from './browser.js'
import { ask, countsOf, startFleet } from './fleet.js'

const processes = 4

export async function stampede({ requests }, say) {
  const fleet = await startFleet({ processes })
  try {
    const assertion = await fleet.userToken()
    const browser = createBrowser()
    await browser.open(`${fleet.origin}/page`)
    const signedIn = { cookie: browser.cookieHeader(fleet.origin) }

    const figures = {}
    for (const [name, path, headers] of [
      ['onBehalfOf', '/on-behalf-of', { authorization: `Bearer ${assertion}` }],
      ['appOnly', '/app-only', {}],
      ['signedInUser', '/user-token', signedIn],
    ]) {
      if (name === 'signedInUser') await letTokensExpire(fleet.workers)
      say(`${name}: ${requests} requests at once over ${processes} processes`)
      figures[name] = await rush(fleet, { requests, path, headers })
    }
    return figures
  } finally {
    await fleet.stop()
  }
}

/** Every process believes that it is two hours later. */
function letTokensExpire(workers) {
  const path = `/ahead?milliseconds=${2 * 3_600_000}`
  return Promise.all(workers.map(({ origin }) => ask(origin + path, {}, 'POST')))
}

async function rush({ workers, tokenCalls }, { requests, path, headers }) {
  const before = tokenCalls()
  const begun = performance.now()
  const answers = await Promise.all(
    Array.from({ length: requests }, (_, index) =>
      ask(workers[index % workers.length].origin + path, headers),
    ),
  )
  return {
    requests,
    processes: workers.length,
    tokenCalls: tokenCalls() - before,
    tokens: new Set(answers.map(({ token }) => token)).size,
    statuses: countsOf(answers.map(({ status }) => status)),
    milliseconds: Math.round(performance.now() - begun),
  }
}
