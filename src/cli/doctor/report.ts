import { styleText } from 'node:util'
import { columns } from '../command.js'
import type { Deployment } from './deployment.js'
import type { Finding } from './finding.js'
import type { Severity } from './finding-kinds.js'

/** What came of one check. */
export interface Result {
  readonly title: string
  readonly findings: readonly Finding[]
  /** Why there was nothing to look at; undefined when it was looked at. */
  readonly skipped: string | undefined
}

const severities: readonly Severity[] = ['error', 'warning', 'notice']

/** The result for a person: what is good in a line, what is not with its cure. */
export function reportLines(deployment: Deployment, results: readonly Result[]): readonly string[] {
  const { colours } = deployment.terminal
  const looked = results.filter(({ skipped }) => skipped === undefined)
  const unlooked = results.filter(({ skipped }) => skipped !== undefined)
  return [
    subjectLine(deployment),
    '',
    ...looked.flatMap((result) => [headline(result, colours), ...result.findings.flatMap(details)]),
    ...(unlooked.length === 0 ? [] : ['', 'Not looked at:']),
    ...columns(
      unlooked.map(({ title, skipped = '' }) => [title, skipped]),
      2,
    ),
    '',
    `${summary(results)}.`,
  ]
}

/** What was settled in the place of a mistake is not told as if it were the app's. */
function subjectOf({ settings, faults }: Deployment) {
  const isRight = (option: string) => faults.every((fault) => fault.option !== option)
  return {
    clientId: isRight('clientId') ? settings.clientId : undefined,
    tenant: isRight('tenant') ? settings.authority.tenant : undefined,
    authority: settings.authority.origin,
  }
}

function subjectLine(deployment: Deployment): string {
  const { clientId = 'no client', tenant = 'no tenant', authority } = subjectOf(deployment)
  return `${clientId} in ${tenant} at ${authority}`
}

const width = 9
const colour = { error: 'red', warning: 'yellow', notice: 'cyan', ok: 'green' } as const

function headline({ title, findings }: Result, colours: boolean): string {
  const worst = severities.find((one) => findings.some(({ severity }) => severity === one)) ?? 'ok'
  const word = worst.padEnd(width)
  return `${colours ? styleText(colour[worst], word) : word}${title}`
}

function details({ id, severity, found, expected, cure, docs }: Finding): readonly string[] {
  return [
    `  ${severity} ${id}`,
    ...columns(
      [
        ['found', found],
        ['expected', expected],
        ['cure', cure],
        ['docs', docs],
      ],
      4,
    ),
  ]
}

export function countsOf(results: readonly Result[]): Readonly<Record<Severity, number>> {
  const all = results.flatMap(({ findings }) => findings)
  const count = (severity: Severity) => all.filter((one) => one.severity === severity).length
  return { error: count('error'), warning: count('warning'), notice: count('notice') }
}

function summary(results: readonly Result[]): string {
  const counts = countsOf(results)
  const found = severities.map(
    (severity) => `${counts[severity]} ${severity}${counts[severity] === 1 ? '' : 's'}`,
  )
  return found.join(', ')
}

export function reportAsJson(deployment: Deployment, results: readonly Result[]): string {
  return JSON.stringify(
    {
      ...subjectOf(deployment),
      counts: countsOf(results),
      findings: results.flatMap(({ title, findings }) =>
        findings.map((finding) => ({ check: title, ...finding })),
      ),
      checks: results.map(({ title, findings, skipped }) => ({
        title,
        outcome: skipped === undefined ? (findings.length === 0 ? 'ok' : 'findings') : 'skipped',
        ...(skipped === undefined ? {} : { reason: skipped }),
      })),
    },
    undefined,
    2,
  )
}
