// What a user takes in memory: a token for another API, and a token that was verified.
import { startProcess } from '../rig/processes.js'
import { atMost } from '../rig/targets.js'

export const title = 'Memory'
const user = 'entrada, a user of '

export async function measure({ quick, progress, problem }) {
  const child = await startProcess('heap-process.js', 'ready', ['--expose-gc'])
  try {
    progress('filling memories')
    const { rows, problems } = await child.ask({ count: quick ? 1_000 : 2_000 })
    problems.forEach(problem)
    const targetFor = (name, bytes) =>
      name.startsWith(user) ? atMost(7_500, `memory of ${name}`, bytes, ' bytes') : ''
    return {
      note: 'Tokens of 2.4 kB each; heap bytes that stay for one more of them.',
      tables: [
        { columns: ['', 'bytes', 'target'], rows: rows.map((row) => [...row, targetFor(...row)]) },
      ],
    }
  } finally {
    await child.stop()
  }
}
