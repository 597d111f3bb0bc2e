// Measures the same work in several sets of processes, one set after the other: how an engine compiles a
// program is settled early and differs from process to process by several percent, which no number of
// rounds makes up for.

/**
 * @param {object} settings
 * @param {number} settings.count How many sets.
 * @param {() => Promise<{ stop: Function }[]>} settings.start Starts a set.
 * @param {Function} settings.measure Called with a set, the first round's number, which goes on from set
 *   to set, and what to say of the set; answers with a list of samples, one for each case.
 * @param {number} settings.rounds In each set.
 * @param {string[]} settings.needed Without whom nothing can be told.
 * @returns {Promise<Map<string, unknown[]>[]>} For each case, the samples of all sets. Who did not start
 *   every time is left out.
 */
export async function inGenerations({ count, rounds, needed, start, measure }) {
  const generations = []
  while (generations.length < count) {
    const processes = await start()
    const which = {
      firstRound: generations.length * rounds,
      told: `processes ${generations.length + 1}/${count}`,
    }
    generations.push(await measure(processes, which))
    for (const one of processes) await one.stop()
  }
  return generations[0].map((_, index) =>
    pooled(
      generations.map((all) => all[index]),
      needed,
    ),
  )
}

function pooled(generations, needed) {
  const [first] = generations
  const names = [...first.keys()].filter((name) => generations.every((one) => one.has(name)))
  const missing = needed.find((name) => !names.includes(name))
  if (missing !== undefined) {
    throw new Error(`${missing} did not start every time, and nothing can be told without it.`)
  }
  return new Map(names.map((name) => [name, [].concat(...generations.map((one) => one.get(name)))]))
}
