// Redis forgets everything: is anybody shown an error, and does the user have to choose an account?
import { createBrowser } from './browser.js'
import { ask, countsOf, startFleet } from './fleet.js'
import { createClient } from 'redis'

export async function redisFlushed(_settings, say) {
  const fleet = await startFleet({ processes: 2 })
  try {
    const authorization = `Bearer ${await fleet.userToken()}`
    const browser = createBrowser()
    const first = await browser.open(`${fleet.origin}/page`)
    await ask(`${fleet.origin}/on-behalf-of`, { authorization })
    const callsBefore = fleet.tokenCalls()
    await flush(fleet.redis.url)
    say('Redis is empty')
    const second = await browser.open(`${fleet.origin}/page`)
    const token = await browser.open(`${fleet.origin}/user-token`)
    const newcomer = await fleet.addWorker()
    const api = await Promise.all(
      fleet.workers.map(({ origin }) => ask(`${origin}/on-behalf-of`, { authorization })),
    )
    return {
      pages: countsOf([first.status, second.status, token.status]),
      accountsChosen: browser.counts.picked,
      api: countsOf(api.map(({ status }) => status)),
      // One for the silent sign-in, one for the process that has just started.
      tokenCalls: fleet.tokenCalls() - callsBefore,
      newcomerServed: newcomer.port > 0 && api.at(-1).status === 200,
    }
  } finally {
    await fleet.stop()
  }
}

async function flush(url) {
  const client = createClient({ url })
  await client.connect()
  await client.flushAll()
  client.destroy()
}
