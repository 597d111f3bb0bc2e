import { exitCodes } from './terminal.js'

/** A command cannot go on, for a reason that whoever typed it can put right: a line, no stack trace. */
export class CommandError extends Error {
  readonly exitCode: number

  constructor(message: string, exitCode: number = exitCodes.findings) {
    super(message)
    this.exitCode = exitCode
  }

  override get name(): string {
    return 'CommandError'
  }
}

/** The command was not understood. */
export function usageError(message: string): CommandError {
  return new CommandError(message, exitCodes.usage)
}
