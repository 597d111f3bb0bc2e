import { readFileSync } from 'node:fs'
import { closestName } from '../protocol/closest-name.js'
import { readArguments } from './arguments.js'
import { CommandError, usageError } from './command-error.js'
import { columns, helpOf, type Command } from './command.js'
import { doctorCommand } from './doctor/doctor-command.js'
import { emulatorCommand } from './emulator/emulator-command.js'
import { explainCommand } from './explain/explain-command.js'
import { exitCodes, type Terminal } from './terminal.js'

const commands: readonly Command[] = [emulatorCommand, explainCommand, doctorCommand]

/** Does what was typed after `entrada`, and returns the exit code. */
export async function run(typed: readonly string[], terminal: Terminal): Promise<number> {
  try {
    return await commandRun(typed, terminal)
  } catch (error) {
    if (!(error instanceof CommandError)) throw error
    terminal.tell(error.message)
    return error.exitCode
  }
}

async function commandRun(typed: readonly string[], terminal: Terminal): Promise<number> {
  const [name, ...rest] = typed
  if (name === '--version') {
    terminal.print(version())
    return exitCodes.good
  }
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    terminal.print(overview())
    return name === undefined ? exitCodes.usage : exitCodes.good
  }
  const command = commandOf(name)
  const given = readArguments(command.flags, rest)
  if (given.has('help')) {
    terminal.print(helpOf(command))
    return exitCodes.good
  }
  return command.run(given, terminal)
}

function commandOf(name: string): Command {
  const command = commands.find((one) => one.name === name)
  if (command !== undefined) return command
  const names = commands.map((one) => one.name)
  const meant = closestName(name, names)
  throw usageError(
    `There is no command ${JSON.stringify(name)}. ` +
      (meant === undefined ? `The commands are ${names.join(', ')}.` : `Did you mean ${meant}?`),
  )
}

function overview(): string {
  return [
    'entrada: Microsoft Entra ID for Node web servers',
    '',
    ...columns(
      commands.map(({ name, usage, summary }) => [
        `npx entrada ${name} ${usage}`.trimEnd(),
        summary,
      ]),
      2,
    ),
    '',
    '  Each has --help. Exit codes: 0 good, 1 something was found or refused, 2 not understood.',
  ].join('\n')
}

function version(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  return String((JSON.parse(text) as { version?: unknown }).version) // the package's own file
}
