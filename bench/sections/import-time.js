// What importing costs a program that starts: each time in a process of its own.
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { allFrameworks } from '../frameworks/index.js'
import { packagesOfPeers } from '../peers/index.js'
import { median, ratioOf } from '../rig/measure.js'
import { rounded } from '../rig/rounded.js'
import { atMost } from '../rig/targets.js'

export const title = 'Import time'

const top = fileURLToPath(new URL('../../', import.meta.url))
const bench = fileURLToPath(new URL('../', import.meta.url))
const unit = 'openid-client and jose'
const ours = 'entrada/express'

async function programs() {
  const ours = (await allFrameworks()).map(({ id }) => `entrada/${id}`)
  return [
    { name: unit, folder: top, modules: ['openid-client', 'jose'] },
    ...ours.map((name) => ({ name, folder: top, modules: [name] })),
    ...(await packagesOfPeers()).map(({ name, packages }) => ({
      name,
      folder: bench,
      modules: packages,
    })),
  ]
}

export async function measure({ quick, progress }) {
  const rounds = quick ? 3 : 15
  const all = await programs()
  const samples = new Map(all.map(({ name }) => [name, []]))
  for (let round = 0; round <= rounds; round += 1) {
    progress(`round ${round}/${rounds}`)
    for (const program of all) {
      const microseconds = importTimeOf(program)
      // The first round brings the files into memory.
      if (round > 0) samples.get(program.name).push(microseconds)
    }
  }
  const rows = [...samples].map(([name, values]) => {
    const ratio = ratioOf(samples, name, unit)
    const target = name === ours ? atMost(1.5, `import of ${ours}`, ratio, ` × ${unit}`) : ''
    return [name, ratio, `${rounded(median(values) / 1000)} ms`, target]
  })
  return { tables: [{ columns: ['', `${unit} = 1`, 'median', 'target'], rows }] }
}

function importTimeOf({ folder, modules }) {
  const program =
    `const start = performance.now()\n` +
    modules.map((name) => `await import(${JSON.stringify(name)})\n`).join('') +
    `process.stdout.write(String((performance.now() - start) * 1000))`
  const options = ['--disable-warning=DEP0040', '--input-type=module', '--eval', program]
  const settings = { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }
  return Number(execFileSync(process.execPath, options, settings))
}
