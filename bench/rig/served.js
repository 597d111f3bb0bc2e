// Measures servers side by side under a load from another process.
import { median } from './measure.js'
import { orderIn } from './turn-order.js'

/**
 * @param {{ name: string, ask: Function, port: number }[]} servers
 * @param {{ load: { ask: Function }, rounds: number, firstRound: number, progress: Function, requestsFor: Function }} settings
 *   `requestsFor(server, round)`: what the load is told; round 0 warms up and is not counted.
 *   `firstRound`: for the order of turns.
 * @returns {Promise<Map<string, { perSecond: number, processor: number }[]>>} For each server by its
 *   name, one of each round.
 */
export async function sampleServed(servers, settings) {
  const { load, rounds, firstRound, progress, requestsFor } = settings
  const samples = new Map(servers.map(({ name }) => [name, []]))
  for (let round = 0; round <= rounds; round += 1) {
    progress(round === 0 ? 'warming up' : `round ${round}/${rounds}`)
    for (const server of orderIn(servers, firstRound + round)) {
      const sample = await sampleOf(server, load, requestsFor(server, round))
      if (round > 0) samples.get(server.name).push(sample)
    }
  }
  return samples
}

/** Rows with the medians of requests per second, and of the ratios to the first server. */
export function servedRows(samples) {
  const [unit] = samples.values()
  return [...samples].map(([name, own]) => ({
    name,
    ...comparedTo(unit, own),
    /** To another server than the first. */
    ratioTo: (other) => comparedTo(samples.get(other), own).perSecond,
  }))
}

function comparedTo(units, own) {
  const ratio = (of) => median(own.map((one, round) => of(one) / of(units[round])))
  return {
    perSecond: ratio((one) => one.perSecond),
    processor: ratio((one) => one.processor),
    medianPerSecond: Math.round(median(own.map((one) => one.perSecond))),
  }
}

async function sampleOf(server, load, requests) {
  const before = await server.ask('usage')
  const { milliseconds, wrong } = await load.ask({ port: server.port, ...requests })
  const after = await server.ask('usage')
  if (wrong > 0) throw new Error(`${server.name} refused ${wrong} of ${requests.count} requests.`)
  const used = after.user + after.system - before.user - before.system
  return { perSecond: (requests.count / milliseconds) * 1000, processor: used / requests.count }
}
