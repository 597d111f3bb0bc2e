import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Directory, Emulator } from '../../src/emulator/index.js'

export const exampleFolder = fileURLToPath(new URL('../../examples/express-app', import.meta.url))
const built = fileURLToPath(new URL('../../dist/index.js', import.meta.url))

export const webAppId = '5e7f2d91-6b3a-4e88-a1c4-9d0b8f7e6a52'
export const tasksApiId = '1c8b5a3e-0f4d-4c2b-8e19-7a6d9b3f2c10'

/** The example as a process of its own, on the built package, as `npm start` runs it. */
export interface Example {
  /** Everything it has printed so far. */
  output(): string
  /** Resolves with the address it prints; rejects with what it printed when it ended instead. */
  readonly origin: Promise<string>
  /** Resolves when it has ended by itself, with its exit code. */
  readonly ended: Promise<number | null>
  /** Asks it to end, and returns the exit code. */
  stop(signal?: 'SIGINT' | 'SIGTERM'): Promise<number | null>
}

/** @param folder Where its start.js is; a copy, when a .env shall stand beside it. */
export function startExample(
  environment: Readonly<Record<string, string>> = {},
  folder = exampleFolder,
): Example {
  if (!existsSync(built)) throw new Error('The example runs on dist/: npm run build')
  const child = spawn(process.execPath, ['start.js'], {
    cwd: folder,
    // Nothing of this process: what the machine has configured must not decide.
    env: { PORT: '0', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  const ended = once(child, 'close').then(() => child.exitCode)
  const origin = new Promise<string>((resolve, reject) => {
    const note = (chunk: Buffer) => {
      output += chunk.toString()
      const [, address] = /is running: (\S+)\n/.exec(output) ?? []
      if (address !== undefined) resolve(address)
    }
    child.stdout.on('data', note)
    child.stderr.on('data', note)
    void ended.then(() => reject(new Error(`The example ended: ${output}`)))
  })
  // Whoever waits for `ended` need not care for the address.
  origin.catch(() => undefined)
  return {
    output: () => output,
    origin,
    ended,
    stop(signal = 'SIGTERM') {
      child.kill(signal)
      return ended
    },
  }
}

/** What a `.env` says when the tenant is the emulator's. */
export function configurationFor({ origin, graphOrigin, directory }: Emulator) {
  const secretOf = (appId: string) => application(directory, appId).secrets?.[0] ?? ''
  return {
    AZURE_AUTHORITY_HOST: origin,
    ENTRADA_GRAPH_ENDPOINT: graphOrigin,
    AZURE_TENANT_ID: directory.tenants[0]?.id ?? '',
    AZURE_CLIENT_ID: webAppId,
    AZURE_CLIENT_SECRET: secretOf(webAppId),
    TASKS_API_CLIENT_ID: tasksApiId,
    TASKS_API_CLIENT_SECRET: secretOf(tasksApiId),
    ENTRADA_SECRET: 'a-secret-for-sealing-in-tests-only',
    SESSION_SECRET: 'a-secret-for-sessions-in-tests-only',
  }
}

function application(directory: Directory, appId: string) {
  const found = directory.applications.find((one) => one.appId === appId)
  if (found === undefined) throw new Error(`The directory has no application ${appId}.`)
  return found
}
