// Times contenders side by side: in every round each gets a turn, and the first one is another each
// time, so that what else the machine does meets all of them alike. Only ratios of one round mean
// anything; the median of the rounds is what is told.
import { performance } from 'node:perf_hooks'

/**
 * @typedef {object} Contender
 * @property {string} name
 * @property {(count: number, round: number) => unknown} run Does the work `count` times.
 * @property {(count: number) => unknown} [before] What has to be ready, outside of what is timed.
 * @property {number} [most] The largest count, for work that uses something up.
 * @property {number} [multipleOf] Counts are multiples of this, for work that comes in batches.
 */

/**
 * @param {Contender[]} contenders
 * @param {{ rounds: number, turn: number, progress: (text: string) => void }} settings
 *   `turn`: milliseconds that one turn should take.
 * @returns {Promise<Map<string, number[]>>} Microseconds per piece of work, one for each round.
 */
export async function interleaved(contenders, { rounds, turn, progress }) {
  const counts = new Map()
  for (const contender of contenders) counts.set(contender, await countFor(contender, turn))
  const samples = new Map(contenders.map(({ name }) => [name, []]))
  for (let round = 1; round <= rounds; round += 1) {
    progress(`round ${round}/${rounds}`)
    for (let turnOf = 0; turnOf < contenders.length; turnOf += 1) {
      const contender = contenders[(turnOf + round) % contenders.length]
      samples.get(contender.name).push(await timed(contender, counts.get(contender), round))
    }
  }
  return samples
}

/** How often the work fits into a turn; trying it warms it up. */
async function countFor(contender, turn) {
  const { most = 1_000_000, multipleOf = 1 } = contender
  for (let count = multipleOf; ; count = Math.min(most, count * 2)) {
    const each = await timed(contender, count, 0)
    if (count < most && each * count < turn * 1000) continue
    const fitting = Math.round((turn * 1000) / each / multipleOf) * multipleOf
    return Math.max(multipleOf, Math.min(most, fitting))
  }
}

async function timed({ before, run }, count, round) {
  await before?.(count)
  const start = performance.now()
  await run(count, round)
  return ((performance.now() - start) * 1000) / count
}

export function median(numbers) {
  const sorted = [...numbers].sort((one, other) => one - other)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/** Each contender's median, and the median over the rounds of its ratio to the unit. */
export function compared(samples, unit) {
  const units = samples.get(unit)
  return [...samples].map(([name, values]) => ({
    name,
    median: median(values),
    ratio: median(values.map((value, round) => value / units[round])),
  }))
}
