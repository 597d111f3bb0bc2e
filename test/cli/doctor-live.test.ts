import { createServer, type Server } from 'node:http'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { contosoDirectory, startEmulator, type Emulator } from 'entrada/emulator'
import { startIdentityApp, type IdentityApp } from '../support/identity-app.js'
import { ids } from '../support/ids.js'
import { serve, type LoopbackServer } from '../support/loopback-server.js'
import { cli, type CliWorld } from './cli.js'
import type { Found } from './deployments.js'

const folder = mkdtempSync(join(tmpdir(), 'doctor-live-'))
let emulator: Emulator
const stops: (() => Promise<unknown>)[] = []

beforeAll(async () => {
  emulator = await startEmulator(contosoDirectory())
})
afterAll(async () => {
  await emulator.stop()
  rmSync(folder, { recursive: true })
})
afterEach(async () => {
  emulator.faults.clear()
  await Promise.all(stops.splice(0).map((stop) => stop()))
})

const environment = (changes: Record<string, string> = {}) => ({
  AZURE_AUTHORITY_HOST: emulator.origin,
  AZURE_TENANT_ID: ids.contoso,
  AZURE_CLIENT_ID: ids.api,
  AZURE_CLIENT_SECRET: 'tasks-api-secret-for-the-emulator-only',
  ENTRADA_GRAPH_ENDPOINT: emulator.graphOrigin,
  ...changes,
})

async function examine(args: readonly string[], world: CliWorld = {}) {
  const { printed, told, code } = await cli(['doctor', '--json', ...args], {
    folder,
    environment: environment(),
    ...world,
  })
  const { findings } = JSON.parse(printed) as { findings: Found[] }
  return { ids: findings.map(({ id }) => id), findings, told, code }
}

function configFile(config: object): string {
  const file = join(folder, `${Math.random()}.mjs`)
  writeFileSync(file, `export default ${JSON.stringify(config)}`)
  return file
}

const userToken = (...scopes: string[]) =>
  emulator.mintToken({ resource: ids.api, client: ids.web, user: ids.ada, scopes })

describe('entrada doctor, asking the authority', () => {
  it('finds nothing where all is well, and tells its progress on standard error', async () => {
    const { ids: found, told, code } = await examine([])
    expect(found).toEqual([])
    expect(code).toBe(0)
    expect(told).toContain('Metadata, keys and clock …')
  })

  it('sends nothing with --offline', async () => {
    emulator.clearRequests()
    const world = { fetch: () => Promise.reject(new Error('nobody is asked')) }
    expect((await examine(['--offline'], world)).ids).toEqual([])
    expect(emulator.requests).toEqual([])
  })

  it('sends nothing while the tenant is not one', async () => {
    emulator.clearRequests()
    const world = { environment: environment({ AZURE_TENANT_ID: 'x' }) }
    expect((await examine([], world)).ids).toEqual(['option-invalid'])
    expect(emulator.requests).toEqual([])
  })

  it.each([
    ['consumers', { AZURE_TENANT_ID: 'consumers' }],
    ['common, with personal accounts', { AZURE_TENANT_ID: 'common', ENTRADA_TENANTS: 'consumers' }],
  ])('tries no credential where there are no client credentials: %s', async (_title, changes) => {
    emulator.clearRequests()
    const { findings } = await examine([], { environment: environment(changes) })
    expect(findings).toEqual([])
    expect(emulator.requests.filter(({ endpoint }) => endpoint === 'token')).toEqual([])
  })

  it('tries the credential in the first tenant of an organization that is let in', async () => {
    const tenants = { AZURE_TENANT_ID: 'common', ENTRADA_TENANTS: `consumers,${ids.contoso}` }
    expect((await examine([], { environment: environment(tenants) })).ids).toEqual([])
  })

  it.each([
    ['an unknown tenant', { AZURE_TENANT_ID: ids.ada }, 'tenant-unknown', 'AADSTS90002'],
    ['a wrong secret', { AZURE_CLIENT_SECRET: 'wrong' }, 'credential-rejected', 'AADSTS7000215'],
    ['an unknown client', { AZURE_CLIENT_ID: ids.ada }, 'platform-refused', 'AADSTS700016'],
    [
      'an authority that is not there',
      { AZURE_AUTHORITY_HOST: 'http://127.0.0.1:9' },
      'platform-unreachable',
      'network',
    ],
  ])('%s is found, with its cure', async (_title, changes, id, words) => {
    const { findings, ids: found } = await examine([], { environment: environment(changes) })
    expect(found).toContain(id)
    const { found: what = '', cure = '', docs } = findings.find((one) => one.id === id) ?? {}
    expect(`${what} ${cure}`).toContain(words)
    expect(docs).not.toBe('')
  })

  it('an answer that is not metadata is found', async () => {
    emulator.faults.set({ endpoint: 'discovery', kind: 'garbage' })
    expect((await examine([])).ids).toContain('metadata-foreign')
  })

  it.each([429, 503])('a platform that answers %d is no unknown tenant', async (status) => {
    emulator.faults.set({ endpoint: 'discovery', kind: 'status', status })
    const { findings } = await examine([])
    const [first] = findings
    expect(first).toMatchObject({
      id: 'platform-unreachable',
      found: expect.stringContaining(`${status}`),
    })
  })

  it.each([
    [{ tokens: { user: 'Mail.Read' } }, 'tokens.user'],
    [{ tokens: { user: [5] } }, 'tokens.user'],
    [{ tokens: null }, 'tokens'],
    [{ protect: { user: {} } }, 'protect'],
    [{ signIn: true }, 'signIn'],
    [{ server: { session: 'redis' } }, 'server.session'],
    [{ server: { session: { cookie: null } } }, 'server.session.cookie'],
    [{ accept: 'scope-over-broad' }, 'accept'],
  ])(
    'a configuration file of another form is told, with the member: %j',
    async (config, member) => {
      const { code, told } = await cli(['doctor', '--config', configFile(config)], {
        environment: environment(),
      })
      expect([code, told]).toEqual([
        2,
        expect.stringContaining(`exports ${member} as something else`),
      ])
    },
  )

  it('keys that cannot be had are found', async () => {
    emulator.faults.set({ endpoint: 'keys', kind: 'reset' })
    const { findings } = await examine([])
    expect(findings).toMatchObject([
      { id: 'platform-unreachable', found: /keys/.source && expect.stringContaining('the keys') },
    ])
  })

  it.each([
    ['one minute ahead', 60, 'clock-drifts', /ahead of/],
    ['ten minutes behind', -600, 'clock-differs', /10 minutes behind|9 minutes 59 seconds behind/],
  ])('a clock that is %s is found', async (_title, seconds, id, words) => {
    const clock = () => Date.now() + seconds * 1000
    const { findings } = await examine([], {
      clock,
      environment: environment({ AZURE_CLIENT_SECRET: '' }),
    })
    expect(findings.map(({ id, found }) => [id, words.test(found)])).toEqual([[id, true]])
  })

  it('an API that the tenant does not know is found by an app-only token for it', async () => {
    const config = configFile({ tokens: { app: [`api://${ids.ada}/.default`] } })
    const { findings } = await examine(['--config', config])
    expect(findings).toMatchObject([
      { id: 'platform-refused', found: expect.stringContaining(ids.ada) },
    ])
  })

  it('a consent that is missing in the middle tier is found with the token of a user', async () => {
    const config = configFile({
      tokens: { onBehalfOf: ['https://graph.microsoft.com/.default'] },
    })
    const input = await userToken('access_as_user')
    const args = ['--config', config, '--token', '-']
    expect((await examine(args, { input })).ids).toEqual([])
    emulator.grants.clear()
    const { findings } = await examine(args, { input })
    expect(findings).toMatchObject([
      { id: 'consent-missing', found: expect.stringContaining('AADSTS65001') },
    ])
    expect(JSON.stringify(findings)).not.toContain(input)
  })

  it('a token that the guard refuses is found, and is sent to nobody', async () => {
    emulator.clearRequests()
    const config = configFile({
      protect: [{ user: { scopes: ['Tasks.Write'] } }],
      tokens: { onBehalfOf: ['https://graph.microsoft.com/.default'] },
    })
    const foreign = await emulator.mintToken({
      resource: ids.api,
      user: ids.ada,
      claims: { aud: ids.web },
    })
    const { findings } = await examine(['--config', config, '--token', '-'], { input: foreign })
    expect(findings).toMatchObject([
      { id: 'token-refused', found: expect.stringContaining('audience') },
    ])
    const grants = emulator.requests.filter(({ endpoint }) => endpoint === 'token')
    expect(grants.map(({ parameters }) => parameters['grant_type'])).toEqual(['client_credentials'])
  })
})

describe('entrada doctor with a token in quotes', () => {
  it('says what the guard says to it, and sends it to nobody', async () => {
    emulator.clearRequests()
    const config = configFile({ tokens: { onBehalfOf: ['https://graph.microsoft.com/.default'] } })
    const input = `"${await userToken('access_as_user')}"`
    const { findings } = await examine(['--config', config, '--token', '-'], { input })
    expect(findings).toMatchObject([
      { id: 'token-refused', found: expect.stringContaining('header-syntax') },
    ])
    const grants = emulator.requests.filter(({ endpoint }) => endpoint === 'token')
    expect(grants.map(({ parameters }) => parameters['grant_type'])).toEqual(['client_credentials'])
  })
})

describe('entrada doctor --app', () => {
  const webApp = {
    AZURE_CLIENT_ID: ids.web,
    AZURE_CLIENT_SECRET: 'web-app-secret-for-the-emulator-only',
  }
  const at = (origin: string) => ({
    environment: environment({
      ...webApp,
      ENTRADA_BASE_URL: origin,
      ENTRADA_SECRET: 'a-secret-of-the-doctor-tests-32-characters',
    }),
  })

  async function started(clientId: string): Promise<IdentityApp> {
    const app = await startIdentityApp(
      emulator,
      (express, identity) => express.use(identity.signIn()),
      { clientId },
    )
    stops.push(() => app.stop())
    return app
  }

  it('finds nothing where the login route leads to the authority', async () => {
    const app = await started(ids.web)
    expect((await examine(['--app'], at(app.origin))).ids).toEqual([])
  })

  it('finds that another client signs in', async () => {
    const app = await started(ids.daemon)
    const { findings } = await examine(['--app'], at(app.origin))
    expect(findings).toMatchObject([
      { id: 'app-login-elsewhere', found: expect.stringContaining(ids.daemon) },
    ])
  })

  it('finds that nothing signs in', async () => {
    const server: LoopbackServer = await serve((_request, response) =>
      response.writeHead(404).end(),
    )
    stops.push(() => server.stop())
    expect((await examine(['--app'], at(server.origin))).ids).toEqual(['app-login-missing'])
  })

  it('finds that the app does not run', async () => {
    const server: Server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = Object(server.address()) as { port: number }
    await new Promise((resolve) => server.close(resolve))
    expect((await examine(['--app'], at(`http://127.0.0.1:${port}`))).ids).toEqual([
      'app-unreachable',
    ])
  })

  it('finds a cookie that is sent over http, too', async () => {
    const app = await started(ids.web)
    const origin = 'https://app.contoso.com'
    const world: CliWorld = {
      ...at(origin),
      async fetch(input, init) {
        const url = new Request(input, init).url
        if (!url.startsWith(origin)) return fetch(input, init)
        const answer = await fetch(url.replace(origin, app.origin), init)
        const location = answer.headers
          .get('location')
          ?.replaceAll(encodeURIComponent(app.origin), encodeURIComponent(origin))
        const headers = { location: location ?? '', 'set-cookie': 'connect.sid=1; HttpOnly' }
        return new Response(null, { status: answer.status, headers })
      },
    }
    const { findings } = await examine(['--app'], world)
    expect(findings).toMatchObject([
      { id: 'app-cookie-open', found: expect.stringContaining('connect.sid') },
    ])
  })
})
