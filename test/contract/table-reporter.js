// Prints what the contract holds: a row for each case, a column for each framework, and in a cell
// one mark for each way of keeping sessions that the framework was tried with.

/** @typedef {{ title: string, ancestorTitles: string[], status: string }} Assertion */

/** @type {Record<string, string>} */
const marks = { passed: '✓', failed: '✗' }

export default class ContractTable {
  /** @param {unknown} _contexts @param {{ testResults: { testFilePath: string, testResults: Assertion[] }[] }} results */
  onRunComplete(_contexts, { testResults }) {
    const table = tableOf(
      testResults
        .filter(({ testFilePath }) => /[\\/]test[\\/]contract[\\/]/.test(testFilePath))
        .sort((one, other) => one.testFilePath.localeCompare(other.testFilePath))
        .flatMap((file) => file.testResults),
    )
    if (table !== '') process.stdout.write(`\n${table}\n`)
  }
}

/** @param {Assertion[]} assertions */
function tableOf(assertions) {
  /** @type {Map<string, Set<string>>} */
  const ways = new Map()
  /** @type {Map<string, Map<string, Map<string, string>>>} */
  const suites = new Map()
  for (const { title, ancestorTitles, status } of assertions) {
    const [, suite, framework, way] =
      /^(.+) on (.+?)(?: (with(?:out)? .+))?$/.exec(ancestorTitles[0] ?? '') ?? []
    if (suite === undefined || framework === undefined) continue
    const seen = ways.get(framework) ?? ways.set(framework, new Set()).get(framework)
    if (way !== undefined) seen?.add(way)
    const cases = suites.get(suite) ?? new Map()
    const cells = cases.get(title) ?? new Map()
    cells.set(framework, (cells.get(framework) ?? '') + (marks[status] ?? '·'))
    suites.set(suite, cases.set(title, cells))
  }
  return suites.size === 0 ? '' : printed(suites, ways)
}

/**
 * @param {Map<string, Map<string, Map<string, string>>>} suites
 * @param {Map<string, Set<string>>} ways
 */
function printed(suites, ways) {
  const frameworks = [...ways.keys()]
  const line = (/** @type {Map<string, string>} */ cells, /** @type {string} */ title) =>
    `${frameworks.map((name) => (cells.get(name) ?? '–').padEnd(name.length)).join('  ')}  ${title}`
  const header = line(new Map(frameworks.map((name) => [name, name])), 'case')
  const rows = [...suites].flatMap(([suite, cases]) => [
    '',
    line(new Map(frameworks.map((name) => [name, ' '])), `${suite}:`),
    ...[...cases].map(([title, cells]) => line(cells, title)),
  ])
  const sessions = [...ways]
    .filter(([, names]) => names.size > 0)
    .map(([framework, names]) => `${framework}: ${[...names].join(', ')}`)
  return ['The contract, framework × case', '', header, ...rows, '', ...sessions].join('\n')
}
