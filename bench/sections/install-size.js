// What an application installs: packages and bytes, the package's own dependencies included.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { packagesOfPeers } from '../peers/index.js'
import { atMost } from '../rig/targets.js'

export const title = 'Install size'

const wanted = ['openid-client', 'oauth4webapi', 'jose']

const top = fileURLToPath(new URL('../../', import.meta.url))
const modules = fileURLToPath(new URL('../node_modules/', import.meta.url))

export async function measure() {
  const ours = manifestIn(top)
  const own = { folder: top, files: ['dist', ...ours.files] }
  const rows = [
    sizeRow('entrada', [own, ...dependenciesOf(top)]),
    ...(await packagesOfPeers()).map(({ name, packages }) =>
      sizeRow(name, withDependencies(packages)),
    ),
  ]
  const names = dependenciesOf(top).map(({ folder }) => manifestIn(folder).name)
  const others = names.filter((name) => !wanted.includes(name))
  return {
    note: `At run time entrada installs itself, ${names.sort().join(', ')}.`,
    tables: [
      { columns: ['', 'packages', 'kB'], rows },
      {
        name: `Packages beside ${wanted.join(', ')} and ours`,
        columns: ['', 'packages', 'target'],
        rows: [['entrada', others.length, atMost(0, 'other packages installed', others.length)]],
      },
    ],
  }
}

function withDependencies(packages) {
  const folders = packages.map((name) => join(modules, name))
  const known = new Set(folders)
  return folders.flatMap((folder) => [{ folder }, ...dependenciesOf(folder, known)])
}

function sizeRow(name, parts) {
  const bytes = parts.reduce((sum, part) => sum + bytesOf(part), 0)
  return [name, parts.length, Math.round(bytes / 1000)]
}

function manifestIn(folder) {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
}

/** Every package that a package needs at run time, each once. */
function dependenciesOf(folder, known = new Set()) {
  const found = []
  for (const name of Object.keys(manifestIn(folder).dependencies ?? {})) {
    const dependency = resolved(folder, name)
    if (dependency === undefined || known.has(dependency)) continue
    known.add(dependency)
    found.push({ folder: dependency }, ...dependenciesOf(dependency, known))
  }
  return found
}

function resolved(from, name) {
  for (let folder = from; ; folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name)
    if (existsSync(candidate)) return candidate
    if (folder === dirname(folder)) return undefined
  }
}

function bytesOf({ folder, files }) {
  const names = files === undefined ? readdirSync(folder) : [...new Set(files)]
  return names
    .filter((name) => name !== 'node_modules')
    .reduce((sum, name) => sum + bytesAt(join(folder, name)), 0)
}

function bytesAt(path) {
  const status = statSync(path)
  if (!status.isDirectory()) return status.size
  return readdirSync(path).reduce((sum, name) => sum + bytesAt(join(path, name)), 0)
}
