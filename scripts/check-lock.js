// The lock file names every package that any package in it depends on, for every platform: a lock
// made on one platform may lack another's optional binaries, and `npm ci` then refuses it there.
import { readFileSync } from 'node:fs'

const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8'))
const missing = []

for (const [path, entry] of Object.entries(packages)) {
  const optionalPeers = Object.entries(entry.peerDependenciesMeta ?? {})
    .filter(([, meta]) => meta.optional)
    .map(([name]) => name)
  const wanted = { ...entry.dependencies, ...entry.optionalDependencies, ...entry.peerDependencies }
  for (const name of Object.keys(wanted)) {
    if (!optionalPeers.includes(name) && !resolves(path, name))
      missing.push(`${path || '.'} → ${name}`)
  }
}

if (missing.length > 0) {
  console.error(
    `package-lock.json is incomplete; ${missing.length} missing:\n${missing.join('\n')}`,
  )
  process.exit(1)
}
console.log(`package-lock.json is complete: ${Object.keys(packages).length} packages`)

/** Node's own lookup: the nearest node_modules folder upwards that holds the name. */
function resolves(from, name) {
  for (let folder = from; ; folder = parentOf(folder)) {
    if (packages[`${folder === '' ? '' : `${folder}/`}node_modules/${name}`] !== undefined)
      return true
    if (folder === '') return false
  }
}

function parentOf(folder) {
  const end = folder.lastIndexOf('node_modules/')
  return end <= 0 ? '' : folder.slice(0, end - 1)
}
