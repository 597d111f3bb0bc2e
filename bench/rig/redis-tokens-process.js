// Sources of tokens whose store is on Redis: what one costs that another process has fetched, against
// one bare GET; and how often Redis is asked.
import { createClient } from 'redis'
import { createSealedTokenStore } from '../modules/stores/sealed-token-store.js'
import { createSealer } from '../modules/platform/seal.js'
import { redisTokenStore } from '../modules/stores/redis/redis-token-store.js'
import { startRedis } from '../../scripts/rigs/redis.js'
import { answerMessages, endWith } from './answering.js'
import { interleaved, ratioOf, repeating } from './measure.js'
import { createTokenSources } from './token-sources.js'
import { api, opaqueToken } from './tokens.js'

const secret = 'a-secret-to-measure-with-of-32-characters'
const cookie = { kind: 'cookie' }

let client
let calls = 0

answerMessages(async (message) => {
  if (message === 'ready') return begin()
  return message === 'trips' ? roundTrips() : costsAt(message)
})

async function begin() {
  const starting = startRedis()
  endWith(async () => (await starting).stop())
  const redis = await starting
  client = await createClient({ url: redis.url }).connect()
}

/** @param {number} megabytes What the process keeps itself: nothing, and each token is Redis's. */
function sourcesWith(megabytes) {
  const counted = {}
  for (const method of ['get', 'set', 'del', 'eval']) {
    counted[method] = (...words) => {
      calls += 1
      return client[method](...words)
    }
  }
  const store = createSealedTokenStore(
    redisTokenStore({ client: counted }),
    createSealer([secret]),
    api,
  )
  return createTokenSources({ store, megabytes })
}

const wanted = [
  ['entrada forUser, session in a cookie', (one) => one.signedInUser(cookie), 'forUser'],
  ['entrada onBehalfOf', (one) => one.caller(), 'onBehalfOf'],
  ['entrada forApp', (one) => one.tenant(), 'forApp'],
]

async function costsAt({ size, rounds, turn }) {
  const [filler, reader] = [sourcesWith(64), sourcesWith(0)]
  const contenders = [await bareGet()]
  for (const [name, create, token] of wanted) {
    const users = await filled(size, async () => {
      const user = await create(filler)
      await filler[token](user)
      return user
    })
    let next = 0
    const ask = () => {
      next = (next + 7_919) % size
      return reader[token](users[next])
    }
    contenders.push({ name, run: repeating(ask) })
  }
  const samples = await interleaved(contenders, { rounds, turn, progress: () => undefined })
  const missed = reader.endpoint.calls
  if (missed > 0) throw new Error(`${missed} tokens were fetched while hits were measured.`)
  return { rows: wanted.map(([name]) => [name, ratioOf(samples, name, 'GET')]) }
}

async function bareGet() {
  await client.set('bare', opaqueToken(3_400))
  return { name: 'GET', run: repeating(() => client.get('bare')) }
}

/** A hundred at a time: every one takes its round trips. */
async function filled(size, create) {
  const all = []
  while (all.length < size) {
    const some = Array.from({ length: Math.min(100, size - all.length) }, create)
    all.push(...(await Promise.all(some)))
  }
  return all
}

/** How often Redis is asked for one token: when another process has fetched it, and afterwards. */
async function roundTrips() {
  const [one, other] = [sourcesWith(64), sourcesWith(64)]
  const trips = []
  for (const [name, create, token] of wanted) {
    const user = await create(one)
    await one[token](user)
    const asked = async () => {
      const before = calls
      await other[token](user)
      return calls - before
    }
    trips.push([name, await asked(), await asked()])
  }
  return { trips }
}
