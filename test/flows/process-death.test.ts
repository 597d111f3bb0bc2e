import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import type { Emulator } from 'entrada/emulator'
import { createHaltingAgent } from './arrival.js'
import { contosoId, startConsentedEmulator, webAppId } from './web-app.js'

const program = fileURLToPath(new URL('../support/sign-in-process.mjs', import.meta.url))
const built = fileURLToPath(new URL('../../dist/index.js', import.meta.url))
const [older, newer] = [
  'the-secret-that-the-first-process-was-given',
  'the-secret-that-came-with-the-next-rollout',
]
let emulator: Emulator
const processes: ChildProcess[] = []

beforeAll(async () => {
  if (!existsSync(built)) throw new Error('This suite runs on dist/: npm run build')
  emulator = await startConsentedEmulator()
})
afterAll(() => emulator.stop())
afterEach(async () => {
  await Promise.all(processes.splice(0).map(kill))
})

/** A process of the app; it has nothing from here but its configuration. */
async function start(secrets: readonly string[], port = '0') {
  const child = spawn(process.execPath, [program], {
    env: {
      PORT: port,
      TENANT: contosoId,
      CLIENT_ID: webAppId,
      CLIENT_SECRET: 'web-app-secret-for-the-emulator-only',
      AUTHORITY_HOST: emulator.origin,
      SECRETS: JSON.stringify(secrets),
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  processes.push(child)
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  const origin = line.toString().replace(/^at |\n$/g, '')
  return { child, origin }
}

/** As an operating system that is out of memory does it: nothing is said and nothing is saved. */
async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  await ended
}

interface Shown {
  name: string
  process: number
}

describe('a process that is killed in the middle of a sign-in', () => {
  it('L36 L37 X09 another one completes it, with a newer secret, and a third knows the user', async () => {
    const first = await start([older])
    const agent = createHaltingAgent()
    const callback = await agent.arrive({ origin: first.origin }, '/private?x=1')
    await kill(first.child)

    const { port } = new URL(first.origin)
    const second = await start([newer, older], port)
    const page = await agent.get(callback)
    expect([page.status, page.url]).toEqual([200, `${first.origin}/private?x=1`])
    expect(JSON.parse(page.html)).toEqual({ name: 'Ada Example', process: second.child.pid })
    await kill(second.child)

    const third = await start([newer], port)
    const shown = JSON.parse((await agent.get(`${first.origin}/private`)).html) as Shown
    expect(shown).toEqual({ name: 'Ada Example', process: third.child.pid })
    expect(emulator.requests.filter(({ endpoint }) => endpoint === 'token')).toHaveLength(1)
  }, 60_000)
})
