// Installs the peers when one is not there, and measures.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const folder = fileURLToPath(new URL('.', import.meta.url))

const { dependencies } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'))
const isThere = (name) => existsSync(new URL(`node_modules/${name}`, import.meta.url))

if (!Object.keys(dependencies).every(isThere)) {
  process.stderr.write('Installing the peers, once …\n')
  const words = ['ci', '--prefix', folder, '--ignore-scripts', '--no-audit', '--no-fund']
  const { status } = spawnSync('npm', words, { stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
}

await import('./run.js')
