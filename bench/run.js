// npm run bench -- [section …] [--quick] [--write-docs]
import { writeReport } from './rig/report.js'

const names = [
  'verification',
  'guarded-route',
  'signed-in-page',
  'sign-in-cycle',
  'token-cache',
  'stampede',
  'key-set-faults',
  'heap',
  'import-time',
  'install-size',
]

const help = `Measures entrada beside its peers. Only ratios of one run mean anything.

  npm run bench                      every section (some twenty minutes)
  npm run bench -- SECTION …         some of them
  npm run bench -- --quick           fewer rounds: to develop with, not to quote
  npm run bench -- --write-docs      also puts the table into docs/performance.md

Sections: ${names.join(', ')}.
Reports go to bench/reports as Markdown and JSON. Exit code 0: all ran; 1: a section failed;
2: the command was not understood. A peer that cannot run here is named in the report.
`

const given = process.argv.slice(2)
const flags = new Set(given.filter((word) => word.startsWith('--')))
const sections = given.filter((word) => !word.startsWith('--'))

if (flags.has('--help')) {
  process.stdout.write(help)
  process.exit(0)
}
const unknown = [
  ...sections.filter((name) => !names.includes(name)),
  ...[...flags].filter((flag) => !['--quick', '--write-docs'].includes(flag)),
]
if (unknown.length > 0) {
  process.stderr.write(`Not understood: ${unknown.join(', ')}.\n\n${help}`)
  process.exit(2)
}

const quick = flags.has('--quick')
const problems = []
const results = []

for (const name of sections.length === 0 ? names : sections) {
  const { title, measure } = await import(`./sections/${name}.js`)
  try {
    const started = performance.now()
    const context = {
      quick,
      progress: (text) => showProgress(`${name}: ${text}`),
      problem: (text) => problems.push(`${name}: ${text}`),
    }
    const result = await measure(context)
    results.push({ section: name, title, ...result, seconds: (performance.now() - started) / 1000 })
  } catch (error) {
    process.exitCode = 1
    problems.push(`${name} failed: ${error.stack}`)
  }
  showProgress('')
}

const { text, files } = await writeReport({ results, problems, quick }, flags.has('--write-docs'))
process.stdout.write(`${text}\n${files.join('\n')}\n`)
// Agents of peers may keep the process alive.
process.exit()

/** One line that is written over, on a terminal; nothing elsewhere but a line per section. */
function showProgress(text) {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`)
}
