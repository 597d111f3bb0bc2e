// What a guard costs a route: requests per second against the same route unguarded, with one token
// again and again, many in turn, and only new ones.
import { allFrameworks } from '../frameworks/index.js'
import { allPeers } from '../peers/index.js'
import { startPlatform } from '../rig/platform.js'
import { startProcess } from '../rig/processes.js'
import { compareServed, servedTable } from '../rig/served.js'
import { toldOf } from '../rig/told-platform.js'

export const title = 'A guarded route, against the same route without a guard'

export async function measure({ quick, progress, problem }) {
  const size = quick
    ? { rounds: 5, count: 300, rotating: 500 }
    : { rounds: 25, count: 500, rotating: 5_000 }
  const platform = await startPlatform({ tls: true })
  const started = []
  try {
    const load = await startProcess('load.js', await tokensFor(platform, size, progress))
    started.push(load)
    const tables = []
    for (const framework of await allFrameworks()) {
      const servers = await serversFor(framework, toldOf(platform), problem)
      started.push(...servers)
      for (const one of cases(size)) {
        const name = `${framework.name}, ${one.name}`
        const settings = { load, rounds: size.rounds, requestsFor: one.requestsFor }
        const watched = { ...settings, progress: (text) => progress(`${name}: ${text}`) }
        if (one.warm) await warmed(servers, load, size)
        tables.push(servedTable(name, await compareServed(servers, watched)))
      }
      for (const server of servers) await server.stop()
    }
    return { tables }
  } finally {
    for (const one of started) await one.stop()
    await platform.stop()
  }
}

async function tokensFor(platform, { rounds, count, rotating }, progress) {
  const needed = Math.max(rotating, (rounds + 1) * count)
  progress(`signing ${needed} tokens`)
  return { tokens: Array.from({ length: needed }, () => platform.token()) }
}

async function serversFor(framework, platform, problem) {
  const start = (name, peer) =>
    startProcess('route-server.js', { framework: framework.id, peer, platform }).then((server) => ({
      ...server,
      name,
    }))
  const servers = [await start('without a guard')]
  // The guards of peers are Express middleware.
  const peers = (await allPeers()).filter(
    ({ guard, kind }) => guard && (kind === 'entrada' || framework.id === 'express'),
  )
  for (const { id, name } of peers) {
    try {
      servers.push(await start(name, id))
    } catch (error) {
      problem(`${name} on ${framework.name}: ${error.message}`)
    }
  }
  return servers
}

const connections = 16

function cases({ count, rotating }) {
  return [
    // Only new tokens come first: afterwards they are known.
    {
      name: 'only new tokens',
      requestsFor: (_, round) => ({ ...common, count, first: round * count, of: count }),
    },
    {
      name: 'one token again and again',
      requestsFor: () => ({ ...common, count: count * 2, of: 1 }),
    },
    {
      name: `${rotating} tokens in turn`,
      warm: true,
      requestsFor: (_, round) => ({
        ...common,
        count: count * 2,
        first: (round * count * 2) % (rotating - (rotating % (count * 2)) || rotating),
        of: Math.min(count * 2, rotating),
      }),
    },
  ]
}

const common = { path: '/tasks', connections }

async function warmed(servers, load, { rotating }) {
  for (const { port } of servers) {
    await load.ask({ port, ...common, count: rotating, of: rotating })
  }
}
