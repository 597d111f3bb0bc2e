import type { Host } from './host.js'

/** What Node, and runtimes that take after it, put into the global `process`; others lack some or all. */
interface ProcessLike {
  readonly env?: Readonly<Record<string, string | undefined>>
  emitWarning?(message: string, type: string): void
  getBuiltinModule?(name: string): unknown
}

type FileSystem = Readonly<Record<'readFileSync', (path: string, encoding: 'utf8') => string>>
interface Channels {
  channel(name: string): { publish(message: unknown): void }
}

/**
 * Any runtime with the Web APIs: nothing is imported, and what there is beyond them is found at run
 * time. A runtime without environment or files says so where they are needed.
 */
export const webHost: Host = {
  environment: new Proxy<Record<string, string | undefined>>(
    {},
    { get: (_, name) => (typeof name === 'string' ? variable(name) : undefined) },
  ),
  readFile(path) {
    const files = builtin('node:fs') as FileSystem | undefined // the name says what it is
    if (files === undefined) throw new Error('This runtime gives no access to files.')
    return files.readFileSync(path, 'utf8')
  },
  warn(message) {
    const process = runtime()
    if (process.emitWarning !== undefined) process.emitWarning(message, 'EntradaWarning')
    // eslint-disable-next-line no-console -- the one way to tell a developer that every runtime has
    else console.warn(message)
  },
  publish(event) {
    const channels = builtin('node:diagnostics_channel') as Channels | undefined // likewise
    channels?.channel(`entrada:${event.type}`).publish(event)
  },
}

function runtime(): ProcessLike {
  return (globalThis as { process?: ProcessLike }).process ?? {}
}

/** Deno asks for permission by variable; one that it withholds is one that is not set. */
function variable(name: string): string | undefined {
  try {
    return runtime().env?.[name]
  } catch {
    return undefined
  }
}

/** A built-in module by the name that Node gives it; undefined where there is none. */
function builtin(name: string): unknown {
  return runtime().getBuiltinModule?.(name)
}
