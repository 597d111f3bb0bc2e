import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { run } from '../../src/cli/run.js'
import type { Terminal } from '../../src/cli/terminal.js'

export interface CliResult {
  readonly code: number
  readonly printed: string
  readonly told: string
}

export interface CliWorld {
  readonly environment?: Readonly<Record<string, string>>
  readonly input?: string | Uint8Array
  /** Files by their absolute path; every other is read from the disk. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>
  readonly folder?: string
  readonly clock?: () => number
  readonly fetch?: typeof fetch
}

/** The command in this process, with a world of its own. */
export async function cli(args: readonly string[], world: CliWorld = {}): Promise<CliResult> {
  const printed: string[] = []
  const told: string[] = []
  const readBytes = (path: string) => bytesOf(world.files?.[path] ?? readFileSync(path))
  const terminal: Terminal = {
    environment: world.environment ?? {},
    workingDirectory: world.folder ?? tmpdir(),
    colours: false,
    clock: world.clock ?? (() => Date.now()),
    fetch: world.fetch ?? ((input, init) => fetch(input, init)),
    print: (line) => void printed.push(line),
    tell: (line) => void told.push(line),
    readInput: () => Promise.resolve(bytesOf(world.input ?? '').toString()),
    readFile: (path) => readBytes(path).toString(),
    readBytes,
    untilInterrupted: () => Promise.resolve(),
    openBrowser: (url) => void told.push(`browser: ${url}`),
  }
  const code = await run(args, terminal)
  return { code, printed: printed.join('\n'), told: told.join('\n') }
}

const bytesOf = (content: string | Uint8Array): Buffer => Buffer.from(content)

const running = new Set<ChildProcess>()

/** Ends what a test that failed has left behind. */
export function endPrograms(): void {
  for (const child of running) child.kill('SIGKILL')
}

const program = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))

/** The command as a user has it: the built program, in a process and a folder of its own. */
export function startCli(args: readonly string[], world: CliWorld = {}) {
  if (!existsSync(program)) throw new Error('The command runs from dist/: npm run build')
  const child = spawn(process.execPath, [program, ...args], {
    cwd: world.folder ?? tmpdir(),
    env: { PATH: process.env['PATH'], ...world.environment },
  })
  running.add(child)
  child.once('close', () => running.delete(child))
  child.stdin.end(world.input ?? '')
  const result = Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]).then(
    ([printed, told]): CliResult => ({ code: child.exitCode ?? -1, printed, told }),
  )
  return { child, result }
}
