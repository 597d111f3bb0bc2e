// Times contenders side by side: in every round each gets a turn, and the first one is another each
// time, so that what else the machine does meets all of them alike. Only ratios of one round mean
// anything; the median of the rounds is what is told.
import { performance } from 'node:perf_hooks'

/**
 * @typedef {object} Contender
 * @property {string} name
 * @property {(count: number) => unknown} run Does the work `count` times. What was timed elsewhere
 *   answers with its milliseconds.
 * @property {number} [most] The largest count, for work that uses something up.
 * @property {number} [multipleOf] Counts are multiples of this, for work that comes in batches.
 */

/**
 * @param {Contender[]} contenders
 * @param {{ rounds: number, turn: number, warmUp?: number, progress: Function }} settings
 *   `turn`: milliseconds that one turn should take; `warmUp`: that each contender works before.
 * @returns {Promise<Map<string, number[]>>} Microseconds per piece of work, one for each round.
 */
export async function interleaved(contenders, { rounds, turn, warmUp = 150, progress }) {
  const counts = new Map()
  for (const contender of contenders) {
    progress(`warming up ${contender.name}`)
    counts.set(contender, await countFor(contender, turn, warmUp))
  }
  const samples = new Map(contenders.map(({ name }) => [name, []]))
  for (let round = 1; round <= rounds; round += 1) {
    progress(`round ${round}/${rounds}`)
    for (let turnOf = 0; turnOf < contenders.length; turnOf += 1) {
      const contender = contenders[(turnOf + round) % contenders.length]
      samples.get(contender.name).push(await timed(contender, counts.get(contender)))
    }
  }
  return samples
}

/**
 * How often the work fits into a turn, once it is warm: what a first try costs says nothing, and a
 * count that was taken from it would be far too small.
 */
async function countFor(contender, turn, warmUp) {
  const { most = 1_000_000, multipleOf = 1 } = contender
  const warm = performance.now() + warmUp
  for (let count = multipleOf; ; count = batched(Math.min(most, count * 2), multipleOf)) {
    const each = await timed(contender, count)
    const fitting = batched(Math.min(most, (turn * 1000) / each), multipleOf)
    if (performance.now() >= warm && count >= fitting) return fitting
    if (count >= fitting) count = batched(fitting / 2, multipleOf)
  }
}

/** A number of whole batches, and one at least. */
const batched = (count, size) => Math.max(1, Math.floor(count / size)) * size

async function timed({ run }, count) {
  const start = performance.now()
  const elsewhere = await run(count)
  return ((elsewhere ?? performance.now() - start) * 1000) / count
}

export function median(numbers) {
  const sorted = [...numbers].sort((one, other) => one - other)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/** The median over the rounds of one contender's ratio to another. */
export function ratioOf(samples, name, unit) {
  return median(samples.get(name).map((value, round) => value / samples.get(unit)[round]))
}

/** What one contender takes longer than another, as the median of its ratio to the unit. */
export function differenceOf(samples, name, other, unit) {
  const [more, less, units] = [name, other, unit].map((one) => samples.get(one))
  return median(more.map((value, round) => (value - less[round]) / units[round]))
}
