// npm run bench -- [section …] [--quick] [--write-docs]
import { showProgress } from './rig/progress.js'
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

  npm run bench                      every section (some fifteen minutes)
  npm run bench -- SECTION …         some of them
  npm run bench -- --quick           fewer rounds, some three minutes: to develop with, not to quote
  npm run bench -- --write-docs      also puts the main tables into docs/performance.md

Sections: ${names.join(', ')}.
Reports go to bench/reports as Markdown and JSON, with what was aimed at and whether it holds. Exit
code 0: all ran; 1: a section failed; 2: the command was not understood. A peer that cannot run here
is named in the report, with the reason.
`

const given = process.argv.slice(2)
const flags = new Set(given.filter((word) => word.startsWith('-')))
const sections = given.filter((word) => !word.startsWith('-'))

if (flags.has('--help') || flags.has('-h')) {
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

const run = { quick: flags.has('--quick'), results: [], limits: [], problems: [] }
for (const name of sections.length === 0 ? names : sections) await measured(name)
const { text, files } = await writeReport(run, flags.has('--write-docs'))
process.stdout.write(`${text}\n${files.join('\n')}\n`)
// Agents of peers may keep the process alive.
process.exit()

async function measured(name) {
  const { title, measure } = await import(`./sections/${name}.js`)
  const started = performance.now()
  const note = (list) => (text) => {
    const line = `${name}: ${text}`
    if (!list.includes(line)) list.push(line)
  }
  const context = {
    quick: run.quick,
    progress: (text) => showProgress(`${name}: ${text}`),
    /** What is not measured by intention, and why. */
    limit: note(run.limits),
    /** What was to be measured, and was not. */
    problem: note(run.problems),
  }
  context.progress('starting')
  try {
    const result = await measure(context)
    if (!hasOurs(result)) throw new Error('entrada itself was not measured.')
    const seconds = Math.round((performance.now() - started) / 1000)
    run.results.push({ section: name, title, seconds, ...result })
    showProgress(`${name}: ${seconds} s`, { stays: true })
  } catch (error) {
    process.exitCode = 1
    context.problem(`the section failed: ${error.message}`)
    showProgress(`${name}: ${error.stack}`, { stays: true })
  }
}

function hasOurs({ tables }) {
  return tables.some(({ rows }) => rows.some(([name]) => name.startsWith('entrada')))
}
