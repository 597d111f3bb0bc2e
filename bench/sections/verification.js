// What it costs to check a token: one that was never seen, one that comes again and again, 5,000 in
// turn, and 64 new ones at once.
import { allPeers } from '../peers/index.js'
import { compared, interleaved } from '../rig/measure.js'
import { startPlatform } from '../rig/platform.js'

export const title = 'Verification of one token'
const unit = 'node:crypto.verify alone'

export async function measure({ quick, progress, problem }) {
  const platform = await startPlatform({ tls: true })
  try {
    const peers = await readyPeers(platform, problem)
    const rounds = quick ? 15 : 60
    const fresh = tokens(platform, quick ? 1_200 : 6_000, progress)
    const tables = []
    for (const { name, contenders } of cases(peers, fresh, quick)) {
      const settings = { rounds, turn: 4, progress: (text) => progress(`${name}: ${text}`) }
      tables.push({ name, unit, rows: compared(await interleaved(contenders, settings), unit) })
    }
    return { tables }
  } finally {
    await platform.stop()
  }
}

/** Peers that verify a good token and refuse a changed one. */
async function readyPeers(platform, problem) {
  const ready = []
  const good = platform.token()
  const forged = `${platform.token().split('.').slice(0, 2).join('.')}.${good.split('.')[2]}`
  for (const peer of await allPeers()) {
    if (peer.verifier === undefined) continue
    try {
      const create = () => peer.verifier(platform)
      const verify = await create()
      await verify(good)
      const refused = await Promise.resolve()
        .then(() => verify(forged))
        .then(
          () => false,
          () => true,
        )
      if (!refused) throw new Error('It accepted a forged token.')
      ready.push({ ...peer, create, verify })
    } catch (error) {
      problem(`${peer.name}: ${error.message}`)
    }
  }
  return ready
}

function tokens(platform, count, progress) {
  progress(`signing ${count} tokens`)
  return Array.from({ length: count }, () => platform.token())
}

function cases(peers, fresh, quick) {
  const rotating = fresh.slice(0, quick ? 1_000 : 5_000)
  return [
    { name: 'a new token', contenders: peers.map((peer) => newTokens(peer, fresh, 1)) },
    { name: '64 new tokens at once', contenders: peers.map((peer) => newTokens(peer, fresh, 64)) },
    {
      name: 'a repeated token',
      contenders: peers.map((peer) => rotation(peer, fresh.slice(0, 1))),
    },
    {
      name: `${rotating.length} tokens in turn`,
      contenders: peers.map((peer) => rotation(peer, rotating)),
    },
  ]
}

/**
 * Every token is new to the verifier: one that remembers is replaced by another, outside of what is
 * timed, before it meets a token again.
 */
function newTokens(peer, fresh, atOnce) {
  let verify = peer.verify
  let next = 0
  return {
    name: peer.name,
    most: 128,
    async before(count) {
      if (!peer.remembers || next + count <= fresh.length) return
      verify = await peer.create()
      next = 0
    },
    async run(count) {
      for (let done = 0; done < count; done += atOnce) {
        if (next + atOnce > fresh.length) next = 0
        if (atOnce === 1) await verify(fresh[next])
        else await Promise.all(fresh.slice(next, next + atOnce).map((token) => verify(token)))
        next += atOnce
      }
    },
    multipleOf: atOnce,
  }
}

function rotation(peer, tokens) {
  let next = 0
  let isWarm = !peer.remembers
  return {
    name: peer.name,
    async before() {
      if (!isWarm) for (const token of tokens) await peer.verify(token)
      isWarm = true
    },
    async run(count) {
      for (let done = 0; done < count; done += 1) {
        await peer.verify(tokens[next])
        next = next + 1 === tokens.length ? 0 : next + 1
      }
    },
  }
}
