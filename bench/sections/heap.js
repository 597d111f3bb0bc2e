// What a user takes in memory: a token for another API, and a token that was verified.
import { startProcess } from '../rig/processes.js'

export const title = 'Memory'

export async function measure({ quick, progress, problem }) {
  const child = await startProcess('heap-process.js', 'ready', ['--expose-gc'])
  try {
    progress('filling memories')
    const { rows, problems } = await child.ask({ count: quick ? 1_000 : 4_000 })
    problems.forEach(problem)
    return {
      note: 'Tokens of 2.4 kB each; heap bytes that stay for one more of them.',
      tables: [{ columns: ['', 'bytes'], rows }],
    }
  } finally {
    await child.stop()
  }
}
