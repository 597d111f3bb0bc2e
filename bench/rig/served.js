// Measures servers side by side under a load from another process.
import { median } from './measure.js'

/**
 * @param {{ name: string, ask: Function, port: number }[]} servers
 * @param {{ load: { ask: Function }, rounds: number, progress: Function, requestsFor: Function }} settings
 *   `requestsFor(server, round)`: what the load is told.
 * @returns Rows with the medians of requests per second, and of the ratios to the first server.
 */
export async function compareServed(servers, { load, rounds, progress, requestsFor }) {
  const samples = new Map(servers.map((server) => [server, []]))
  for (let round = 0; round <= rounds; round += 1) {
    progress(`round ${round}/${rounds}`)
    for (let turn = 0; turn < servers.length; turn += 1) {
      const server = servers[(turn + round) % servers.length]
      const sample = await sampleOf(server, load, requestsFor(server, round))
      // The first round warms up.
      if (round > 0) samples.get(server).push(sample)
    }
  }
  const [unit] = servers
  return servers.map((server) => {
    const own = samples.get(server)
    const ratio = (of) => median(own.map((one, index) => of(one) / of(samples.get(unit)[index])))
    return {
      name: server.name,
      perSecond: ratio((one) => one.perSecond),
      processor: ratio((one) => one.processor),
      medianPerSecond: median(own.map((one) => one.perSecond)),
      samples: own,
    }
  })
}

async function sampleOf(server, load, requests) {
  const before = await server.ask('usage')
  const { milliseconds, wrong } = await load.ask({ port: server.port, ...requests })
  const after = await server.ask('usage')
  if (wrong > 0) throw new Error(`${server.name} refused ${wrong} of ${requests.count} requests.`)
  const used = after.user + after.system - before.user - before.system
  return { perSecond: (requests.count / milliseconds) * 1000, processor: used / requests.count }
}

export const servedColumns = ['', 'requests per second', 'processor time per request']

/** The rows as a table: ratios to the first server. */
export function servedTable(name, rows) {
  const ordered = [rows[0], ...rows.slice(1).sort((one, other) => other.perSecond - one.perSecond)]
  return {
    name,
    columns: servedColumns,
    rows: ordered.map((row) => [row.name, row.perSecond, row.processor]),
    samples: rows,
  }
}
