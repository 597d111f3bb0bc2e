import { createClient } from 'redis'
import { createSealedTokenStore } from '../../dist/stores/sealed-token-store.js'
import { createSealer } from '../../dist/platform/seal.js'
import { redisTokenStore } from '../../dist/stores/redis/redis-token-store.js'
import { startRedis } from '../../scripts/rigs/redis.js'
import { allPeers, peerOf } from '../peers/index.js'
import { answerMessages, endWith } from './answering.js'
import { compared, interleaved } from './measure.js'
import { createTokenSources } from './token-sources.js'
import { accessToken, api, createKey } from './tokens.js'

const key = createKey()
const unit = 'node:crypto.verify alone'

answerMessages(answerTo)

async function answerTo(message) {
  if (message === 'ready') return {}
  if (message === 'redis') return roundTrips()
  return costsAt(message)
}

async function costsAt({ size, rounds }) {
  const problems = []
  const sources = createTokenSources()
  const contenders = [await floor()]
  contenders.push(await ofOurs('entrada forUser', size, sources.signedInUser, sources.forUser))
  contenders.push(await ofOurs('entrada onBehalfOf', size, sources.caller, sources.onBehalfOf))
  contenders.push(
    await ofOurs('entrada forApp, a tenant each', size, sources.tenant, sources.forApp),
  )
  const before = sources.endpoint.calls
  for (const peer of await allPeers()) {
    if (peer.tokens === undefined || size > (peer.mostUsers ?? size)) continue
    try {
      for (const [name, run] of Object.entries(await peer.tokens(size))) {
        contenders.push({ name: `${peer.name} ${name}`, run: times(run), most: 4_096 })
      }
    } catch (error) {
      problems.push(`${peer.name} with ${size} users: ${error.message}`)
    }
  }
  globalThis.gc?.()
  const settings = { rounds, turn: 4, progress: () => undefined }
  const costs = compared(await interleaved(contenders, settings), unit)
  const missed = sources.endpoint.calls - before
  if (missed > 0) problems.push(`${missed} tokens of entrada were fetched while hits were measured`)
  return { costs, problems }
}

async function floor() {
  const verify = await (await peerOf('node-crypto')).verifier({ key })
  const token = accessToken(key, 'http://localhost', { aud: api })
  return { name: unit, run: times(() => verify(token)) }
}

async function ofOurs(name, size, create, token) {
  const users = []
  for (let count = 0; count < size; count += 1) users.push(await create())
  for (const user of users) await token(user)
  let next = 0
  const one = () => {
    // Far from each other, so that no two users in a row are neighbours in memory.
    next = (next + 7_919) % users.length
    return token(users[next])
  }
  return { name, run: times(one) }
}

const times = (run) => async (count) => {
  for (let done = 0; done < count; done += 1) await run()
}

/** How often Redis is asked for one token: when another process has fetched it, and afterwards. */
async function roundTrips() {
  let redis
  try {
    redis = await startRedis()
    endWith(redis.stop)
  } catch (error) {
    return { trips: [], problems: [`Redis: ${error.message}`] }
  }
  const client = await createClient({ url: redis.url }).connect()
  try {
    const counted = { calls: 0 }
    for (const method of ['get', 'set', 'del', 'eval']) {
      counted[method] = (...words) => {
        counted.calls += 1
        return client[method](...words)
      }
    }
    const secret = 'a-secret-to-measure-with-of-32-characters'
    const storeOf = () =>
      createSealedTokenStore(redisTokenStore({ client: counted }), createSealer([secret]), api)
    const [one, other] = [0, 1].map(() => createTokenSources({ store: storeOf() }))
    const trips = []
    for (const [name, user, source] of [
      ['entrada onBehalfOf', one.caller(), 'onBehalfOf'],
      ['entrada forApp', one.tenant(), 'forApp'],
    ]) {
      await one[source](user)
      const asked = async () => {
        const before = counted.calls
        await other[source](user)
        return counted.calls - before
      }
      trips.push([name, await asked(), await asked()])
    }
    return { trips, problems: [] }
  } finally {
    client.destroy()
    await redis.stop()
  }
}
