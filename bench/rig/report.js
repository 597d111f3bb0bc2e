import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { fileURLToPath } from 'node:url'
import { format, resolveConfig } from 'prettier'
import { allFrameworks } from '../frameworks/index.js'
import { allPeers, versionOf } from '../peers/index.js'
import { rounded } from './rounded.js'
import { outcomeOf, targetsIn } from './targets.js'

const at = (path) => fileURLToPath(new URL(path, import.meta.url))

/**
 * @typedef {object} Table
 * @property {string} [name]
 * @property {string[]} columns
 * @property {(string | number | import('./targets.js').Target)[][]} rows
 * @property {boolean} [detail] In the report only, not in docs/performance.md.
 */

/**
 * Writes the report as Markdown and JSON; the main tables go into docs/performance.md when asked.
 *
 * @param {object} run What was measured: `results`, and what was left out in `problems` and `limits`.
 */
export async function writeReport(run, intoDocs) {
  const date = new Date().toISOString()
  const content = { date, machine: machineOf(), versions: await versionsOf(), ...run }
  const text = await formatted(markdownOf(content, () => true))
  mkdirSync(at('../reports'), { recursive: true })
  const base = at(`../reports/${date.replaceAll(/[:.]/g, '-')}`)
  writeFileSync(`${base}.md`, text)
  writeFileSync(`${base}.json`, `${JSON.stringify(content, null, 2)}\n`)
  const files = [`${base}.md`, `${base}.json`]
  if (intoDocs) files.push(await writeIntoDocs(markdownOf(content, ({ detail }) => !detail)))
  return { text, files }
}

function machineOf() {
  const [cpu] = cpus()
  return {
    processor: cpu?.model ?? 'unknown processor',
    cores: `${cpus().length} cores`,
    memory: `${Math.round(totalmem() / 1024 ** 3)} GiB`,
    system: `${process.platform} ${process.arch}`,
    node: `Node ${process.version}`,
    openssl: `OpenSSL ${process.versions.openssl}`,
  }
}

async function versionsOf() {
  const measured = [...(await allPeers()), ...(await allFrameworks())]
  const names = new Set(measured.flatMap(({ packages }) => packages))
  return Object.fromEntries([...names].sort().map((name) => [name, versionOf(name)]))
}

function markdownOf({ date, quick, machine, versions, results, limits, problems }, isWanted) {
  const tables = results.flatMap((result) => result.tables)
  return [
    `Measured ${date.slice(0, 10)} on ${Object.values(machine).join(', ')}.`,
    ...(quick ? ['**A quick run: for development, not to be quoted.**'] : []),
    ...targetsTable(targetsIn(tables)),
    ...results.flatMap(({ title, note, tables }) => [
      `### ${title}`,
      ...(note === undefined ? [] : [note]),
      ...tables.filter(isWanted).flatMap(tableOf),
    ]),
    `### Versions and what was left out`,
    `${Object.entries(versions)
      .map((pair) => pair.join(' '))
      .join(', ')}.`,
    ...listed('Left out:', limits),
    ...listed('Could not be measured:', problems),
  ].join('\n\n')
}

function targetsTable(targets) {
  if (targets.length === 0) return []
  const rows = targets.map((one) => [
    one.what,
    one.measured,
    one.target,
    outcomeOf(one),
    one.byHand ?? '',
  ])
  return ['### What was aimed at', lines([['', 'measured', 'target', '', 'by hand'], ...rows])]
}

function listed(head, entries) {
  return entries.length === 0 ? [] : [head, entries.map((one) => `- ${one}`).join('\n')]
}

function tableOf({ name, columns, rows }) {
  return [...(name === undefined ? [] : [`${name}:`]), lines([columns, ...rows])]
}

function lines([head, ...rows]) {
  const rule = head.map((_, index) => (index === 0 ? '---' : '--:'))
  return [head, rule, ...rows].map((row) => `| ${row.map(shown).join(' | ')} |`).join('\n')
}

function shown(cell) {
  if (Array.isArray(cell)) return cell.map(shown).join('; ')
  if (cell.target !== undefined) return `${cell.target}: ${outcomeOf(cell)}`
  return typeof cell === 'number' ? rounded(cell) : cell
}

/** As the repository's documents are checked for. */
async function formatted(text) {
  return format(text, { ...(await resolveConfig(at('../../docs/'))), parser: 'markdown' })
}

const [begin, end] = ['<!-- measured: begin -->', '<!-- measured: end -->']

async function writeIntoDocs(text) {
  const file = at('../../docs/performance.md')
  const before = readFileSync(file, 'utf8')
  const [head, rest] = [before.indexOf(begin), before.indexOf(end)]
  if (head === -1 || rest === -1) throw new Error(`docs/performance.md has no ${begin} and ${end}.`)
  const after = `${before.slice(0, head + begin.length)}\n\n${text}\n\n${before.slice(rest)}`
  writeFileSync(file, await formatted(after))
  return file
}
