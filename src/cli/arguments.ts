import { parseArgs } from 'node:util'
import { closestName } from '../protocol/closest-name.js'
import { usageError } from './command-error.js'

/** One option of a command. With a `value` it takes text; the word stands for it in the help. */
export interface Flag {
  readonly value?: string
  /** May be given more than once. */
  readonly repeated?: boolean
  readonly meaning: string
}

export type Flags = Readonly<Record<string, Flag>>

/** What was typed after a command's name. */
export interface Arguments<Name extends string = string> {
  readonly operands: readonly string[]
  has(flag: Name): boolean
  /** Undefined when it was not given. */
  textOf(flag: Name): string | undefined
  /** Every word of a flag that was given once or more, separated by spaces or commas. */
  wordsOf(flag: Name): readonly string[]
}

const everywhere: Flags = {
  json: { meaning: 'Print the result as JSON.' },
  help: { meaning: 'Show this help.' },
}

/** The options of every command, with its own before them. */
export function flagsWith<Own extends Flags>(own: Own): Own & Flags {
  return { ...own, ...everywhere }
}

/** @throws CommandError for an option that the command has not. */
export function readArguments(flags: Flags, typed: readonly string[]): Arguments {
  const options = Object.fromEntries(
    Object.entries(flags).map(([name, { value, repeated = false }]) => [
      name,
      {
        type: value === undefined ? ('boolean' as const) : ('string' as const),
        multiple: repeated,
        ...(name === 'help' ? { short: 'h' } : {}),
      },
    ]),
  )
  const { values, positionals } = parsed({ options, args: [...typed] }, flags)
  const listOf = (flag: string) => [values[flag] ?? []].flat().map(String)
  return {
    operands: positionals,
    has: (flag) => values[flag] !== undefined,
    textOf: (flag) => listOf(flag)[0],
    wordsOf: (flag) => listOf(flag).flatMap((text) => text.split(/[\s,]+/).filter(Boolean)),
  }
}

type Config = NonNullable<Parameters<typeof parseArgs>[0]>

interface Parsed {
  readonly values: Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>
  readonly positionals: readonly string[]
}

function parsed(config: Config, flags: Flags): Parsed {
  try {
    return parseArgs({ ...config, allowPositionals: true, strict: true })
  } catch (error) {
    throw usageError(messageOf(error, flags))
  }
}

function messageOf(error: unknown, flags: Flags): string {
  const message = String((Object(error) as { message?: unknown }).message)
  const [, unknown] = /^Unknown option '-{1,2}([^'=]+)/.exec(message) ?? []
  if (unknown === undefined) return message.split('\n')[0] ?? message
  const names = Object.keys(flags)
  const meant = closestName(unknown, names)
  return meant === undefined
    ? `There is no option --${unknown}. The options are ${names.map((name) => `--${name}`).join(', ')}.`
    : `There is no option --${unknown}. Did you mean --${meant}?`
}
