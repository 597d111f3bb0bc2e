import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { contosoDirectory, startEmulator, type Emulator } from 'entrada/emulator'
import { ada, adaId, contosoId, tasksApiId, webAppId } from '../support/identity-app.js'
import { bun, deno } from '../support/runtimes.js'
import { describeWithService, type Service } from '../support/services.js'
import { createUserAgent, signIn } from '../support/user-agent.js'

const program = fileURLToPath(new URL('../../scripts/runtimes/app.js', import.meta.url))
const entry = fileURLToPath(new URL('../../dist/adapters/fetch/index.js', import.meta.url))

/** Without a prompt Deno refuses what is not allowed: files, other hosts, other programs. */
const runtimes: readonly { service: Service; flags: readonly string[] }[] = [
  { service: deno, flags: ['run', '--no-prompt', '--allow-net=localhost,127.0.0.1'] },
  { service: bun, flags: ['run'] },
]

describeWithService(deno, 'what entrada/fetch and its dependencies import', () => {
  it('is no module of Node, nowhere in the whole graph', async () => {
    requireBuild()
    const { stdout } = await promisify(execFile)(deno.executable, ['info', '--json', entry])
    const { modules } = JSON.parse(stdout) as { modules: { specifier: string }[] }
    const specifiers = modules.map(({ specifier }) => specifier)
    expect(specifiers.some((one) => one.includes('/openid-client/'))).toBe(true)
    expect(specifiers.some((one) => one.includes('/jose/'))).toBe(true)
    expect(specifiers.filter((one) => !one.startsWith('file:'))).toEqual([])
  })
})

for (const { service, flags } of runtimes) {
  describeWithService(service, `the built package on ${service.name}`, () => {
    let emulator: Emulator
    let child: ChildProcess
    let origin: string

    beforeAll(async () => {
      requireBuild()
      emulator = await startEmulator(contosoDirectory())
      child = spawn(service.executable, [...flags, program, JSON.stringify(optionsFor(emulator))], {
        env: { PATH: process.env['PATH'], NO_COLOR: '1' },
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      origin = await printedOrigin(child)
    })
    afterAll(async () => {
      child.kill()
      await once(child, 'exit')
      await emulator.stop()
    })

    const call = (path: string, token?: string) =>
      fetch(
        origin + path,
        token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } },
      )
    const userToken = (...scopes: string[]) =>
      emulator.mintToken({ resource: tasksApiId, client: webAppId, user: adaId, scopes })

    it('guards an API', async () => {
      const refused = await call('/api/tasks')
      expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([401, 'Bearer'])
      expect((await call('/api/tasks', await userToken('access_as_user'))).status).toBe(403)
      const answer = await call('/api/tasks', await userToken('Tasks.Read'))
      expect(await answer.json()).toEqual({ owner: adaId })
    })

    it('signs a user in, asks for consent when it is needed, and signs the user out', async () => {
      const browser = createUserAgent()
      const profile = await signIn(browser, `${origin}/profile`, ada)
      expect(JSON.parse(profile.html)).toEqual({ name: 'Ada Example', displayName: 'Ada Example' })
      expect((await signIn(browser, `${origin}/inbox`, ada)).html).toContain('Lunch')
      expect((await browser.get(origin)).html).toBe('{"name":"Ada Example"}')
      await browser.submit(await browser.get(`${origin}/auth/logout`))
      expect((await browser.get(origin)).html).toBe('{"name":null}')
    })

    it('calls Graph on behalf of the caller', async () => {
      emulator.clearRequests()
      const answer = await call('/api/me', await userToken('access_as_user'))
      expect(await answer.json()).toMatchObject({ displayName: 'Ada Example' })
      expect(
        emulator.requests.map(({ parameters }) => parameters['requested_token_use']),
      ).toContain('on_behalf_of')
    })
  })
}

function requireBuild(): void {
  if (!existsSync(entry)) throw new Error('Other runtimes run dist/: npm run build')
}

function optionsFor(emulator: Emulator) {
  const platform = {
    tenant: contosoId,
    authorityHost: emulator.origin,
    graphEndpoint: emulator.graphOrigin,
  }
  return {
    webApp: {
      ...platform,
      clientId: webAppId,
      credential: { secret: 'web-app-secret-for-the-emulator-only' },
      secret: 'a-secret-of-the-runtime-tests-32-characters',
    },
    api: {
      ...platform,
      clientId: tasksApiId,
      credential: { secret: 'tasks-api-secret-for-the-emulator-only' },
    },
  }
}

async function printedOrigin({ stdout }: ChildProcess): Promise<string> {
  if (stdout === null) throw new Error('The program has no output.')
  const [line] = (await once(stdout, 'data')) as [Buffer]
  return (JSON.parse(line.toString()) as { origin: string }).origin
}
