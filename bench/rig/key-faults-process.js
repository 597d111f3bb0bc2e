import { setImmediate as turn } from 'node:timers/promises'
import { allPeers } from '../peers/index.js'
import { answerMessages } from './answering.js'
import { startPlatform } from './platform.js'
import { createKey } from './tokens.js'

const realNow = Date.now
let ahead = 0
Date.now = () => realNow() + ahead
// Some caches measure age by the other clock.
const realElapsed = performance.now.bind(performance)
performance.now = () => realElapsed() + ahead

const minute = 60_000
const hour = 60 * minute

/** Good by every clock: some read the time from `new Date()`, which is not set. */
function longLife() {
  const now = Math.floor(realNow() / 1000)
  return { iat: now - 60, nbf: now - 60, exp: now + 40 * 86_400 }
}

answerMessages((message) => (message === 'ready' ? {} : measured()))

async function measured() {
  const problems = []
  const rows = []
  const peers = await allPeers()
  for (const { name, verifier } of peers.filter(({ fetchesKeys }) => fetchesKeys)) {
    try {
      const cells = []
      for (const fault of [outage, rotation, withdrawal]) {
        ahead = 0
        const platform = await startPlatform({ tls: true })
        cells.push(await fault(platform, await verifier(platform)))
        await platform.stop()
      }
      rows.push([name, ...cells])
    } catch (error) {
      problems.push(`${name}: ${error.message}`)
    }
  }
  return { rows, problems }
}

async function holds(verify, token) {
  try {
    await verify(token)
    return true
  } catch {
    return false
  }
}

/** Asked every five minutes; says when the first good token failed. */
async function outage(platform, verify) {
  if (!(await holds(verify, platform.token(longLife())))) throw new Error('A good token failed.')
  platform.behaviour.down = true
  for (; ahead <= 25 * hour; ahead += 5 * minute) {
    if (!(await holds(verify, platform.token(longLife())))) return `fails after ${shown(ahead)}`
    await turn()
  }
  return 'validates'
}

/** The new key signs a minute after the keys were fetched. */
async function rotation(platform, verify) {
  await holds(verify, platform.token(longLife()))
  const [old, fresh] = [platform.key, createKey('bench-key-2')]
  platform.publish(fresh, old)
  ahead += minute
  let failed = 0
  for (let count = 0; count < 20; count += 1) {
    if (!(await holds(verify, platform.token(longLife())))) failed += 1
    ahead += 1_000
  }
  return failed
}

/** The key is gone from the document: how long are its tokens still accepted? */
async function withdrawal(platform, verify) {
  const token = platform.token(longLife())
  await holds(verify, token)
  platform.publish(createKey('bench-key-3'))
  for (; ahead <= 30 * hour; ahead += 5 * minute) {
    if (!(await holds(verify, token))) return shown(ahead)
    // A refresh behind a request has arrived before the next.
    for (let wait = 0; wait < 20; wait += 1) await turn()
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  return 'not within 30 h'
}

const shown = (milliseconds) =>
  milliseconds < hour ? `${milliseconds / minute} min` : `${(milliseconds / hour).toFixed(1)} h`
