// What a guard costs a route: requests per second against the same route unguarded, with one token
// again and again, many in turn, and only new ones.
import { allFrameworks } from '../frameworks/index.js'
import { allPeers } from '../peers/index.js'
import { inGenerations } from '../rig/generations.js'
import { startPlatform } from '../rig/platform.js'
import { startProcess } from '../rig/processes.js'
import { sampleServed, servedRows } from '../rig/served.js'
import { atLeast } from '../rig/targets.js'
import { toldOf } from '../rig/told-platform.js'

export const title = 'A guarded route, against the same route without a guard'
const bare = 'without a guard'
const ours = 'entrada'
const byHand = 'written by hand, with a memory'

export async function measure({ quick, progress, problem }) {
  const size = quick
    ? { generations: 1, rounds: 4, count: 250, warm: 1_000, many: 500, rotating: 500 }
    : { generations: 3, rounds: 6, count: 500, warm: 4_000, many: 2_000, rotating: 5_000 }
  const platform = await startPlatform({ tls: true })
  const started = []
  try {
    const load = await startProcess('load.js', await tokensFor(platform, size, progress))
    started.push(load)
    const tables = []
    for (const framework of await allFrameworks()) {
      const samples = await inGenerations({
        count: size.generations,
        rounds: size.rounds,
        needed: [bare, ours],
        start: () => serversFor(framework, toldOf(platform), problem, started),
        measure: (servers, { firstRound, told }) =>
          samplesOf(servers, {
            load,
            size,
            firstRound,
            told: `${framework.name}, ${told}`,
            progress,
          }),
      })
      const measured = cases(size).map((one, index) => ({
        ...one,
        rows: servedRows(samples[index]),
      }))
      tables.push(...tablesOf(framework, measured))
    }
    return { tables }
  } finally {
    for (const one of started) await one.stop()
    await platform.stop()
  }
}

/** Of each case, in the life of one set of servers. */
async function samplesOf(servers, { load, size, firstRound, told, progress }) {
  const samples = []
  for (const { name, before, requestsFor } of cases(size)) {
    await before?.(servers, load)
    const watch = (text) => progress(`${told}, ${name}: ${text}`)
    const settings = { load, rounds: size.rounds, firstRound, requestsFor, progress: watch }
    samples.push(await sampleServed(servers, settings))
  }
  return samples
}

async function tokensFor(platform, { rounds, count, warm, rotating }, progress) {
  const needed = Math.max(rotating, warm + rounds * count)
  progress(`signing ${needed} tokens`)
  return { tokens: Array.from({ length: needed }, () => platform.token()) }
}

async function serversFor(framework, platform, problem, started) {
  const servers = []
  const start = async (name, peer) => {
    const told = { framework: framework.id, peer, platform }
    const server = { ...(await startProcess('route-server.js', told)), name }
    servers.push(server)
    started.push(server)
  }
  await start(bare)
  // The guards of peers are Express middleware.
  const peers = (await allPeers()).filter(
    ({ guard, kind }) => guard && (kind === 'entrada' || framework.id === 'express'),
  )
  for (const { id, name } of peers) {
    try {
      await start(name, id)
    } catch (error) {
      problem(`${name} on ${framework.name}: ${error.message}`)
    }
  }
  return servers
}

const common = { path: '/tasks', connections: 16 }

/** `many` requests take a turn that is long beside what a process does after it was idle. */
function cases({ count, warm, many, rotating }) {
  return [
    // Only new tokens come first: afterwards they are known.
    {
      name: 'only new tokens',
      requestsFor: (_, round) =>
        round === 0
          ? { ...common, count: warm, of: warm }
          : { ...common, count, first: warm + (round - 1) * count, of: count },
    },
    {
      name: 'one token again',
      limit: 0.92,
      requestsFor: (_, round) => ({ ...common, count: round === 0 ? warm : many, of: 1 }),
    },
    {
      name: `${rotating} tokens in turn`,
      limit: 0.87,
      async before(servers, load) {
        for (const { port } of servers) {
          await load.ask({ port, ...common, count: rotating, of: rotating })
        }
      },
      requestsFor: (_, round) => ({
        ...common,
        count: many,
        of: rotating,
        from: (round * many) % rotating,
      }),
    },
  ]
}

/** Requests per second, and with them the processor time, which is the steadier of the two. */
function tablesOf(framework, measured) {
  const names = measured[0].rows.map(({ name }) => name)
  const table = (name, cellOf) => ({
    name: `${framework.name}, ${name}`,
    columns: ['', ...measured.map((one) => one.name)],
    rows: names.map((row, index) => [row, ...measured.map(({ rows }) => cellOf(rows[index]))]),
  })
  const served = table('requests per second', ({ perSecond }) => perSecond)
  return [
    framework.id === 'express' ? withTargets(served, measured) : served,
    { ...table('processor time per request', ({ processor }) => processor), detail: true },
    { ...table('medians of requests per second', (row) => row.medianPerSecond), detail: true },
  ]
}

function withTargets({ columns, rows, ...table }, measured) {
  const targets = measured
    .map(({ name, limit }, index) => ({ name, limit, column: index + 1 }))
    .filter(({ limit }) => limit !== undefined)
  const control = rows.find(([name]) => name === byHand) ?? []
  const cellFor = (row) =>
    targets.map(({ name, limit, column }) =>
      atLeast(limit, `Express route, ${name}`, row[column], ' of the bare route', control[column]),
    )
  return {
    ...table,
    columns: [...columns, 'target'],
    rows: rows.map((row) => [...row, row[0] === ours ? cellFor(row) : '']),
  }
}
