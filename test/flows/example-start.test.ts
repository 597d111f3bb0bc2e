import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it } from '@jest/globals'
import { startEmulator } from '../../src/emulator/index.js'
import { echo } from '../support/echo.js'
import { configurationFor, exampleFolder, startExample, type Example } from '../support/example.js'
import { serve } from '../support/loopback-server.js'
import { createUserAgent, signIn } from '../support/user-agent.js'

const root = fileURLToPath(new URL('../..', import.meta.url))
const cleanup: (() => Promise<unknown>)[] = []

afterEach(async () => {
  for (const undo of cleanup.splice(0).reverse()) await undo()
})

function start(...parameters: Parameters<typeof startExample>): Example {
  const example = startExample(...parameters)
  cleanup.push(() => example.stop())
  return example
}

async function startedEmulator() {
  const emulator = await startEmulator()
  cleanup.push(() => emulator.stop())
  return emulator
}

/** The example as a project of its own, with what it depends on, and a `.env` only when given. */
async function project(environment?: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'example-'))
  cleanup.push(() => rm(folder, { recursive: true }))
  const isShared = (path: string) => basename(path) !== '.env'
  await cp(exampleFolder, folder, { recursive: true, filter: isShared })
  await writeFile(join(folder, 'package.json'), '{"type":"module"}')
  await mkdir(join(folder, 'node_modules'))
  await symlink(root, join(folder, 'node_modules/entrada'), 'dir')
  for (const name of ['express', 'express-session', 'helmet']) {
    await symlink(join(root, 'node_modules', name), join(folder, 'node_modules', name), 'dir')
  }
  if (environment !== undefined) {
    const lines = Object.entries(environment).map(([name, value]) => `${name}=${value}\n`)
    await writeFile(join(folder, '.env'), lines.join(''))
  }
  return folder
}

describe('npm start', () => {
  it('runs with nothing configured, prints the address and the users, and ends when told', async () => {
    const example = start({}, await project())
    const origin = await example.origin
    const agent = createUserAgent()
    expect((await agent.get(origin)).html).toContain('Your tasks and your mail')
    const profile = await signIn(agent, `${origin}/profile`, { user: 'ada@contoso.example' })
    expect(profile.html).toContain('Ada Example')
    const farewell = await agent.submit(profile, { button: { text: 'Sign out' } })
    expect(farewell.html).toContain(`href="${origin}/"`)

    expect(await example.stop('SIGTERM')).toBe(0)
    await expect(agent.get(origin)).rejects.toThrow()
    expect(example.output()).toMatch(/ada@contoso\.example +Ada Example\n/)
    expect(example.output()).toMatch(/grace@contoso\.example +Grace Admin, an administrator\n/)
  })

  it('is not disturbed by what the shell holds for other apps, and ends on Ctrl-C', async () => {
    const shell = {
      AZURE_TENANT_ID: 'contoso.com',
      AZURE_CLIENT_ID: '00000000-1111-4222-8333-444444444444',
      AZURE_CLIENT_SECRET: 'of another app',
      AZURE_CLIENT_CERTIFICATE_PATH: '/nowhere.pem',
      ENTRADA_AUDIENCES: 'api://elsewhere',
    }
    const example = start(shell, await project())
    const page = await signIn(createUserAgent(), `${await example.origin}/tasks`, {
      user: 'ada@contoso.example',
    })
    expect(page.html).toContain('Tasks of Ada Example')
    expect(await example.stop('SIGINT')).toBe(0)
  })

  it('runs against the tenant that its .env names, and starts no emulator', async () => {
    const emulator = await startedEmulator()
    const example = start({}, await project(configurationFor(emulator)))
    const page = await signIn(createUserAgent(), `${await example.origin}/tasks`, {
      user: 'ada@contoso.example',
    })
    expect(page.html).toContain('Tasks of Ada Example')
    await example.stop()
    expect(example.output()).toContain('7d1c9a10-5a6e-4a1d-8f6c-0b2f5e9d3a77')
    expect(example.output()).not.toContain('ada@contoso.example')
  })
})

describe('npm start with a mistake', () => {
  const configuration = {
    AZURE_TENANT_ID: 'contoso.com',
    AZURE_CLIENT_ID: '5e7f2d91-6b3a-4e88-a1c4-9d0b8f7e6a52',
    AZURE_CLIENT_SECRET: 'a',
    TASKS_API_CLIENT_ID: '1c8b5a3e-0f4d-4c2b-8e19-7a6d9b3f2c10',
    TASKS_API_CLIENT_SECRET: 'b',
    ENTRADA_SECRET: 'a-secret-for-sealing-in-tests-only',
    SESSION_SECRET: 'a-secret-for-sessions-in-tests-only',
  }

  it.each([
    ['a port that is none', { PORT: 'http' }, 'PORT is http.'],
    [
      'an empty secret',
      { ...configuration, SESSION_SECRET: '', AZURE_CLIENT_SECRET: '' },
      'AZURE_CLIENT_SECRET, SESSION_SECRET missing',
    ],
    ['a tenant that is none', { ...configuration, AZURE_TENANT_ID: 'x' }, 'tenant is "x"'],
    ['a client that is none', { ...configuration, TASKS_API_CLIENT_ID: 'x' }, 'clientId is "x"'],
    ['a short secret', { ...configuration, ENTRADA_SECRET: 'short' }, 'at least 32 characters'],
  ])('says in one line what is wrong: %s', async (_, environment, words) => {
    const example = start(environment)
    expect(await example.ended).toBe(1)
    expect(example.output()).toContain(words)
    expect(example.output().trimEnd()).not.toContain('\n')
  })

  it('says in one line that the port is in use', async () => {
    const other = await serve(echo)
    cleanup.push(() => other.stop())
    const example = start({ PORT: String(other.port) })
    expect(await example.ended).toBe(1)
    expect(example.output()).toMatch(/^Port \d+ is in use\. .+\n$/)
  })
})
