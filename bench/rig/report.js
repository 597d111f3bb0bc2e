import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { fileURLToPath } from 'node:url'
import { allPeers, versionOf } from '../peers/index.js'

const at = (path) => fileURLToPath(new URL(path, import.meta.url))

/** Writes the report as Markdown and JSON; the table goes into docs/performance.md when asked. */
export async function writeReport({ results, problems, quick }, intoDocs) {
  const machine = machineOf()
  const versions = await versionsOf()
  const date = new Date().toISOString()
  const text = markdownOf({ results, problems, quick, machine, versions, date })
  mkdirSync(at('../reports'), { recursive: true })
  const base = at(`../reports/${date.replaceAll(/[:.]/g, '-')}`)
  writeFileSync(`${base}.md`, text)
  const content = { date, quick, machine, versions, problems, results }
  writeFileSync(`${base}.json`, `${JSON.stringify(content, null, 2)}\n`)
  const files = [`${base}.md`, `${base}.json`]
  if (intoDocs) files.push(writeIntoDocs(text))
  return { text, files }
}

function machineOf() {
  const [cpu] = cpus()
  const memory = Math.round(totalmem() / 1024 ** 3)
  return {
    processor: cpu?.model ?? 'unknown',
    cores: cpus().length,
    memory: `${memory} GiB`,
    system: `${process.platform} ${process.arch}`,
    node: process.version,
    openssl: process.versions.openssl,
  }
}

async function versionsOf() {
  const names = new Set((await allPeers()).flatMap(({ packages }) => packages))
  return Object.fromEntries([...names].sort().map((name) => [name, versionOf(name)]))
}

function markdownOf({ results, problems, quick, machine, versions, date }) {
  return [
    `Measured ${date.slice(0, 10)} on ${Object.values(machine).join(', ')}.`,
    ...(quick ? ['', '**A quick run: for development, not to be quoted.**'] : []),
    ...results.flatMap(({ title, tables, note }) => [
      '',
      `### ${title}`,
      ...(note === undefined ? [] : ['', note]),
      ...tables.flatMap(tableOf),
    ]),
    '',
    `Versions: ${Object.entries(versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(', ')}.`,
    ...(problems.length === 0 ? [] : ['', 'Problems:', '', ...problems.map((one) => `- ${one}`)]),
    '',
  ].join('\n')
}

/** A table of ratios, or one with columns of its own. */
function tableOf({ name, unit, columns, rows }) {
  if (columns !== undefined) return ['', ...named(name), ...lines([columns, ...rows.map(cells)])]
  const ordered = [...rows].sort((one, other) => one.ratio - other.ratio)
  const head = [name, `${unit} = 1`, 'median']
  return [
    '',
    ...lines([
      head,
      ...ordered.map((row) => [row.name, rounded(row.ratio), `${rounded(row.median)} µs`]),
    ]),
  ]
}

const cells = (row) => (Array.isArray(row) ? row : Object.values(row)).map(shown)
const named = (name) => (name === undefined ? [] : [`${name}:`, ''])
const shown = (value) => (typeof value === 'number' ? rounded(value) : String(value))

function lines([head, ...rows]) {
  return [head, head.map((_, index) => (index === 0 ? '---' : '--:')), ...rows].map(
    (row) => `| ${row.join(' | ')} |`,
  )
}

export function rounded(number) {
  if (number === 0 || Number.isInteger(number)) return String(number)
  if (Math.abs(number) >= 100) return String(Math.round(number))
  return String(Number(number.toPrecision(Math.abs(number) < 1 ? 2 : 3)))
}

const [begin, end] = ['<!-- measured: begin -->', '<!-- measured: end -->']

function writeIntoDocs(text) {
  const file = at('../../docs/performance.md')
  const before = readFileSync(file, 'utf8')
  const [head, rest] = [before.indexOf(begin), before.indexOf(end)]
  if (head === -1 || rest === -1) throw new Error(`docs/performance.md has no ${begin} and ${end}.`)
  writeFileSync(file, `${before.slice(0, head + begin.length)}\n\n${text}\n${before.slice(rest)}`)
  return file
}
