import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { readdirSync, readFileSync } from 'node:fs'

/** A program of a document: a fence that says `js run`. */
export interface DocumentProgram {
  readonly document: string
  /** The heading under which it stands, numbered where there are several. */
  readonly name: string
  readonly code: string
}

export interface RunningProgram {
  readonly url: string
  readonly port: number
  /** The first thing it prints. */
  readonly printed: Promise<string>
  stop(): Promise<void>
}

export function documentFiles(): readonly string[] {
  const pages = readdirSync('docs').map((name) => `docs/${name}`)
  return ['README.md', 'CONTRIBUTING.md', ...pages].filter((name) => name.endsWith('.md'))
}

export function documentPrograms(): readonly DocumentProgram[] {
  return documentFiles().flatMap((document) => programsOf(document, readFileSync(document, 'utf8')))
}

function programsOf(document: string, text: string): DocumentProgram[] {
  const seen = new Map<string, number>()
  return [...text.matchAll(/^```js run\n([\s\S]*?)^```$/gm)].map((match) => {
    const headings = text.slice(0, match.index).match(/^#+ .+$/gm) ?? []
    const heading = headings.at(-1)?.replace(/^#+ /, '') ?? ''
    const count = (seen.get(heading) ?? 0) + 1
    seen.set(heading, count)
    return { document, name: count === 1 ? heading : `${heading} ${count}`, code: match[1] ?? '' }
  })
}

/** Runs a program as printed, from the project's own folder, until it listens. */
export async function runProgram(
  program: DocumentProgram,
  environment: Record<string, string>,
): Promise<RunningProgram> {
  const child = fork('--input-type=module', ['--eval', program.code], {
    execArgv: ['--import', './test/docs/any-port.mjs'],
    env: { PATH: process.env['PATH'], ...environment },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  const errors: string[] = []
  child.stderr?.on('data', (chunk: Buffer) => errors.push(chunk.toString()))
  const printed = firstOf(child.stdout)
  const port = await Promise.race([portOf(child), failureOf(child, errors)])
  return { url: `http://127.0.0.1:${port}`, port, printed, stop: () => stop(child) }
}

async function portOf(child: ChildProcess): Promise<number> {
  const [message] = (await once(child, 'message')) as [{ port: number }]
  return message.port
}

async function firstOf(output: Readable | null): Promise<string> {
  if (output === null) return ''
  const [chunk] = (await once(output, 'data')) as [Buffer]
  return chunk.toString()
}

async function failureOf(child: ChildProcess, errors: string[]): Promise<never> {
  await once(child, 'exit')
  throw new Error(`The program ended before it listened:\n${errors.join('')}`)
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return
  child.kill()
  await once(child, 'exit')
}
