import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { decodedText } from './decoded-text.js'
import type { Terminal } from './terminal.js'

/** The terminal that the program was started in. */
export const nodeTerminal: Terminal = {
  environment: process.env,
  workingDirectory: process.cwd(),
  colours: process.stdout.isTTY && (process.env['NO_COLOR'] ?? '') === '',
  clock: () => Date.now(),
  fetch: (input, init) => fetch(input, init),
  print: (line) => {
    process.stdout.write(`${line}\n`)
  },
  tell: (line) => {
    process.stderr.write(`${line}\n`)
  },
  readInput: async () => decodedText(await buffer(process.stdin)),
  readFile: (path) => readFileSync(resolve(path), 'utf8'),
  readBytes: (path) => readFileSync(resolve(path)),
  untilInterrupted: async () => {
    await Promise.race(['SIGINT', 'SIGTERM', 'SIGHUP'].map((signal) => once(process, signal)))
  },
  openBrowser,
}

const openers: Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>> = {
  darwin: ['open'],
  win32: ['cmd', '/c', 'start', ''],
}

function openBrowser(url: string): void {
  const [command, ...before] = openers[process.platform] ?? ['xdg-open']
  const browser = spawn(command, [...before, url], { stdio: 'ignore', detached: true })
  // Where there is no browser the address was printed all the same.
  browser.on('error', () => undefined)
  browser.unref()
}
