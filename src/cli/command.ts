import type { Arguments, Flags } from './arguments.js'
import type { Terminal } from './terminal.js'

export interface Command {
  readonly name: string
  /** What it does, in a line. */
  readonly summary: string
  /** What follows its name. */
  readonly usage: string
  /** What one should know before using it; lines of at most 80 characters. */
  readonly details: string
  readonly flags: Flags
  /** @returns the exit code. */
  run(typed: Arguments, terminal: Terminal): Promise<number>
}

export function helpOf({ name, usage, summary, details, flags }: Command): string {
  const rows = Object.entries(flags).map(([flag, { value, meaning }]) => [
    value === undefined ? `--${flag}` : `--${flag} <${value}>`,
    meaning,
  ])
  return [
    `entrada ${name}: ${summary}`,
    '',
    `  npx entrada ${name} ${usage}`.trimEnd(),
    '',
    details,
    '',
    ...columns(rows, 2),
  ].join('\n')
}

/** Rows of label and text, the texts below each other; a text of several lines stays in its column. */
export function columns(rows: readonly (readonly string[])[], indent: number): readonly string[] {
  const width = Math.max(0, ...rows.map(([label = '']) => label.length)) + 2
  const margin = ' '.repeat(indent)
  return rows.flatMap(([label = '', text = '']) =>
    text
      .split('\n')
      .map((line, at) => `${margin}${(at === 0 ? label : '').padEnd(width)}${line}`.trimEnd()),
  )
}
