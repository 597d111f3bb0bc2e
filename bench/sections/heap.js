// What a user takes in memory: a token for another API, and a token that was verified.
import { startProcess } from '../rig/processes.js'
import { atMost } from '../rig/targets.js'

export const title = 'Memory'
const user = 'entrada, a user of '

export async function measure({ quick, progress, problem }) {
  const rows = []
  for (const name of await askedOf('names', ({ names }) => names)) {
    progress(name)
    try {
      const bytes = await askedOf({ name, count: quick ? 1_000 : 2_000 }, (told) => told.bytes)
      rows.push([name, bytes, targetFor(name, bytes)])
    } catch (error) {
      problem(`${name}: ${error.message}`)
    }
  }
  return {
    note: 'Tokens of 2.4 kB each; heap bytes that stay for one more of them.',
    tables: [{ columns: ['', 'bytes', 'target'], rows }],
  }
}

async function askedOf(question, answerIn) {
  const child = await startProcess('heap-process.js', 'names', ['--expose-gc'])
  try {
    return answerIn(await child.ask(question))
  } finally {
    await child.stop()
  }
}

function targetFor(name, bytes) {
  return name.startsWith(user) ? atMost(7_500, `memory of ${name}`, bytes, ' bytes') : ''
}
