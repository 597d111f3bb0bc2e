import type { DirectoryFile, Emulator, EmulatorOptions } from '../../emulator/index.js'
import { CommandError } from '../command-error.js'
import type { Terminal } from '../terminal.js'

/**
 * Loaded when it is wanted: oidc-provider, on which it stands, is an optional peer.
 *
 * @param path A directory's JSON file; the emulator's own Contoso when left out.
 * @throws CommandError when oidc-provider is missing, a port is taken or the file cannot be used.
 */
export async function startedEmulator(
  options: EmulatorOptions,
  path: string | undefined,
  terminal: Terminal,
): Promise<Emulator> {
  const { startEmulator } = await import('../../emulator/index.js')
  try {
    const emulator = await startEmulator(path, {
      ...options,
      onDirectoryChange: (file) => newsOf(file).forEach((line) => terminal.tell(line)),
    })
    emulator.directoryFile?.notes.forEach((note) => terminal.tell(note))
    return emulator
  } catch (error) {
    throw explained(error)
  }
}

function newsOf({ path, notes, problem }: DirectoryFile): readonly string[] {
  if (problem === undefined) return [`${path} was read again.`, ...notes]
  return [`${problem.message} What it said before stays in force.`]
}

function explained(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  const { code, port } = error as { code?: unknown; port?: unknown } // Node's errors have them
  if (code === 'EADDRINUSE') {
    return new CommandError(
      `Port ${String(port)} is in use. --port 0 takes a free one, --port <number> another.`,
    )
  }
  if (code === 'EACCES') {
    return new CommandError(`Port ${String(port)} needs privileges. Take one above 1023.`)
  }
  if (error.message.startsWith('The directory')) return new CommandError(error.message)
  const { code: cause } = Object(error.cause) as { code?: unknown }
  if (cause !== 'ERR_MODULE_NOT_FOUND') return error
  return new CommandError(
    `${error.message}\nWithout a project: npx -p entrada -p oidc-provider@9 entrada emulator`,
  )
}
