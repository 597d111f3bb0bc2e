import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import type { Service } from './services.js'

/** A runtime other than Node, found on the PATH; .ci/run has the lines that install it. */
export const deno: Service = {
  name: 'deno',
  executable: onPath('deno'),
  installation: 'https://deno.com, or the binary in the package @deno/linux-x64-glibc',
}

export const bun: Service = {
  name: 'bun',
  executable: onPath('bun'),
  installation: 'https://bun.sh, or the binary in the package @oven/bun-linux-x64',
}

function onPath(command: string): string {
  const candidates = (process.env['PATH'] ?? '').split(delimiter).map((path) => join(path, command))
  return candidates.find(isExecutable) ?? command
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
