// What becomes of good tokens when the platform's keys cannot be had, change or are withdrawn: over
// days, by a clock that is set. Every verifier runs in one process of its own with that clock.
import { startProcess } from '../rig/processes.js'

export const title = 'Faults of the key set'

export async function measure({ progress, problem }) {
  const child = await startProcess('key-faults-process.js', 'ready')
  try {
    progress('outage, rotation, withdrawal')
    const { rows, problems } = await child.ask('measure')
    problems.forEach(problem)
    const columns = [
      '',
      'platform away for 25 h',
      'new key a minute after a fetch: failed of 20',
      'withdrawn key is refused after',
    ]
    return { tables: [{ columns, rows }] }
  } finally {
    await child.stop()
  }
}
