// Times contenders side by side: in every round each gets a turn, in another order each time, so that
// what else the machine does meets all of them alike. Only ratios of one round mean
// anything; the median of the rounds is what is told.
import { performance } from 'node:perf_hooks'
import { orderIn } from './turn-order.js'

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
 * @param {{ rounds: number, firstRound?: number, turn: number, warmUp?: number, progress: Function }} settings
 *   `firstRound`: for the order of turns; `turn`: milliseconds that one turn should take; `warmUp`: that
 *   each contender works before.
 * @returns {Promise<Map<string, number[]>>} Microseconds per piece of work, one for each round
 *   in which it was done.
 */
export async function interleaved(contenders, settings) {
  const { rounds, firstRound = 0, turn, warmUp = 150, progress } = settings
  const turns = new Map()
  for (const contender of contenders) {
    progress(`warming up ${contender.name}`)
    turns.set(contender, await turnFor(contender, { rounds, turn, warmUp }))
  }
  const samples = new Map(contenders.map(({ name }) => [name, []]))
  for (let round = 0; round < rounds; round += 1) {
    progress(`round ${round + 1}/${rounds}`)
    for (const contender of orderIn(contenders, firstRound + round)) {
      const { count, every } = turns.get(contender)
      if (round % every > 0) continue
      samples.get(contender.name)[round] = await timed(contender, count)
    }
  }
  // Also where the last rounds were not its own, so that pooled rounds stay beside each other.
  for (const own of samples.values()) own.length = rounds
  return samples
}

/**
 * How often the work fits into a turn, once it is warm: what a first try costs says nothing, and a
 * count that was taken from it would be far too small. Work that takes many turns for one piece is
 * done in some rounds only.
 */
async function turnFor(contender, { rounds, turn, warmUp }) {
  const { most = 1_000_000, multipleOf = 1 } = contender
  const warm = performance.now() + warmUp
  for (let count = multipleOf; ; count = batched(Math.min(most, count * 2), multipleOf)) {
    const each = await timed(contender, count)
    const fitting = batched(Math.min(most, (turn * 1000) / each), multipleOf)
    if (performance.now() >= warm && count >= fitting) {
      const every = Math.ceil((each * fitting) / (turn * 10_000))
      return { count: fitting, every: Math.min(every, Math.ceil(rounds / 5)) }
    }
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

/**
 * One piece of work as a contender's `run`, which starts untimed: with what became cold while others
 * had their turns, and without their garbage.
 *
 * @param {() => unknown} work
 */
export function repeating(work) {
  const repeat = async (count) => {
    for (let done = 0; done < count; done += 1) await work()
  }
  return async function repeated(count) {
    if (count > 1) await repeat(Math.ceil(count / 8))
    globalThis.gc?.({ type: 'minor' })
    const start = performance.now()
    await repeat(count)
    return performance.now() - start
  }
}

export function median(numbers) {
  const sorted = numbers.filter(() => true).sort((one, other) => one - other)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/** The median over the rounds of one contender's ratio to another. */
export function ratioOf(samples, name, unit) {
  return medianOver(samples.get(name), (value, round) => value / samples.get(unit)[round])
}

/** What one contender takes longer than another, as the median of its ratio to the unit. */
export function differenceOf(samples, name, other, unit) {
  const [less, units] = [other, unit].map((one) => samples.get(one))
  return medianOver(samples.get(name), (value, round) => (value - less[round]) / units[round])
}

/** Over the rounds in which all took their turn. */
function medianOver(values, valueIn) {
  // `map` would leave holes, which `filter` skips.
  const all = values.map(valueIn)
  return median(all.filter((value) => !Number.isNaN(value)))
}
