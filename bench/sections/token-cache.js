// What a token costs that is there already, however many users have one: for the signed-in user, for
// the caller of an API and for the app itself, in memory; and how often Redis is asked.
import { startProcess } from '../rig/processes.js'

export const title = 'A token that is there already'

export async function measure({ quick, progress, problem }) {
  const sizes = quick ? [1, 1_000, 10_000] : [1, 1_000, 10_000, 100_000]
  const child = await startProcess('token-cache-process.js', 'ready', [
    '--max-old-space-size=8192',
    '--expose-gc',
  ])
  try {
    const rows = []
    for (const size of sizes) {
      progress(`${size} users`)
      const { costs, problems } = await child.ask({ size, rounds: quick ? 15 : 60 })
      problems.forEach(problem)
      rows.push({ size, costs })
    }
    const { trips, problems } = await child.ask('redis')
    problems.forEach(problem)
    return { tables: [hits(rows), flatness(rows), roundTrips(trips)] }
  } finally {
    await child.stop()
  }
}

function hits(rows) {
  const names = [...new Set(rows.flatMap(({ costs }) => costs.map(({ name }) => name)))]
  return {
    name: 'One token from memory; node:crypto.verify alone = 1',
    columns: ['', ...rows.map(({ size }) => `${size} users`)],
    rows: names.map((name) => [
      name,
      ...rows.map(({ costs }) => costs.find((one) => one.name === name)?.ratio ?? '–'),
    ]),
  }
}

/** Against the smallest size; what one turn costs differs from run to run more than this. */
function flatness(rows) {
  const [{ costs: least }, ...others] = rows
  return {
    name: 'The same, one user = 1',
    columns: ['', ...others.map(({ size }) => `${size} users`)],
    rows: least.map(({ name, median }) => [
      name,
      ...others.map(({ costs }) => {
        const one = costs.find((cost) => cost.name === name)
        return one === undefined ? '–' : one.median / median
      }),
    ]),
  }
}

function roundTrips(trips) {
  return {
    name: 'With a store on Redis, round trips for one token',
    columns: ['', 'another process has it', 'this process has it'],
    rows: trips,
  }
}
