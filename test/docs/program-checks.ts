import { expect } from '@jest/globals'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type { Emulator } from 'entrada/emulator'
import { serve, type LoopbackServer } from '../support/loopback-server.js'
import { createUserAgent, signIn } from '../support/user-agent.js'
import type { RunningProgram } from './document-programs.js'

const contoso = '7d1c9a10-5a6e-4a1d-8f6c-0b2f5e9d3a77'
const tasksApi = '1c8b5a3e-0f4d-4c2b-8e19-7a6d9b3f2c10'
const webApp = '5e7f2d91-6b3a-4e88-a1c4-9d0b8f7e6a52'
const legacyApi = '6f0e2b4d-8c1a-4d37-9e52-b3a7c5d19f08'
const daemon = '8a2e4c6f-1b3d-4f59-b7a0-c5d3e1f90264'
const adaId = '3f0b6a52-7c1e-4d0b-9b7a-2a6d5b8e1c11'
const ada = { user: 'ada@contoso.example' }
const graph = '00000003-0000-0000-c000-000000000000'

/** What a document's program must do when it is run as printed. */
export interface ProgramCheck {
  environment(emulator: Emulator): Record<string, string> | Promise<Record<string, string>>
  /** What has to run beside the emulator; its address is in `REDIS_URL`. */
  readonly needs?: 'redis'
  run(program: RunningProgram, emulator: Emulator): Promise<void>
}

const asApi = (emulator: Emulator) => ({
  AZURE_AUTHORITY_HOST: emulator.origin,
  AZURE_TENANT_ID: contoso,
  AZURE_CLIENT_ID: tasksApi,
  AZURE_CLIENT_SECRET: 'tasks-api-secret-for-the-emulator-only',
  ENTRADA_GRAPH_ENDPOINT: emulator.graphOrigin,
})

const asWebApp = (emulator: Emulator) => ({
  ...asApi(emulator),
  AZURE_CLIENT_ID: webApp,
  AZURE_CLIENT_SECRET: 'web-app-secret-for-the-emulator-only',
  ENTRADA_SECRET: 'a-secret-of-the-document-tests,long-enough',
  SESSION_SECRET: 'another secret of the document tests',
})

/** A browser for which the program is where it says: on port 3000. */
const browserOf = (program: RunningProgram) =>
  createUserAgent({ map: { 'localhost:3000': program.url } })

const asApiWithoutCredential = (emulator: Emulator) => {
  const { AZURE_CLIENT_SECRET: _secret, ...environment } = asApi(emulator)
  return environment
}

async function answerOf(program: RunningProgram, path: string, token?: string) {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
  const answer = await fetch(`${program.url}${path}`, { headers: new Headers(headers) })
  const text = await answer.text()
  const challenge = answer.headers.get('www-authenticate')
  return {
    status: answer.status,
    challenge,
    body: text.startsWith('{') || text.startsWith('[') ? (JSON.parse(text) as unknown) : text,
  }
}

const userToken = (emulator: Emulator, ...scopes: string[]) =>
  emulator.mintToken({ resource: tasksApi, client: webApp, user: adaId, scopes })
const appToken = (emulator: Emulator, ...roles: string[]) =>
  emulator.mintToken({ resource: tasksApi, client: daemon, roles })

const grantUserRead = (emulator: Emulator) =>
  emulator.grants.grantApplication({
    tenant: contoso,
    client: tasksApi,
    resource: graph,
    roles: ['User.Read.All'],
  })

async function checkTasks(program: RunningProgram, emulator: Emulator, body: object) {
  expect(await answerOf(program, '/tasks')).toMatchObject({ status: 401, challenge: 'Bearer' })
  expect(
    await answerOf(program, '/tasks', await userToken(emulator, 'access_as_user')),
  ).toMatchObject({
    status: 403,
    challenge: expect.stringMatching(/error="insufficient_scope".*scope="Tasks\.Read"/),
  })
  expect(await answerOf(program, '/tasks', await userToken(emulator, 'Tasks.Read'))).toMatchObject({
    status: 200,
    body,
  })
}

/** The program that stands side by side in every framework. */
async function checkFramework(program: RunningProgram): Promise<void> {
  const browser = browserOf(program)
  const home = await signIn(browser, 'http://localhost:3000/', ada)
  expect(JSON.parse(home.html)).toEqual({ name: 'Ada Example' })
  const inbox = await signIn(browser, 'http://localhost:3000/inbox', ada)
  expect(JSON.parse(inbox.html)).toContain('Lunch')
  expect(await answerOf(program, '/api/me')).toMatchObject({ status: 401, challenge: 'Bearer' })
}

/** The program calls an API of the check's own, with a token that the check looks at. */
function checkNamedApi(): ProgramCheck {
  const seen: (string | undefined)[] = []
  let api: LoopbackServer | undefined
  return {
    async environment(emulator) {
      api = await serve(({ url, headers }, response) => {
        seen.push(url, headers.authorization)
        response.end('["Rotate the certificate"]')
      })
      return {
        ...asApi(emulator),
        ENTRADA_API_TASKS_BASE_URL: `${api.origin}/tasks`,
        ENTRADA_API_TASKS_SCOPES: `api://${legacyApi}/.default`,
      }
    },
    async run(program, emulator) {
      const token = await appToken(emulator, 'Tasks.Read.All')
      expect(await answerOf(program, '/open', token)).toMatchObject({
        status: 200,
        body: ['Rotate the certificate'],
      })
      const [url, authorization = ''] = seen
      expect(url).toBe('/tasks/list?open=true')
      const [, claims = ''] = authorization.split('.')
      expect(JSON.parse(Buffer.from(claims, 'base64url').toString())).toMatchObject({
        aud: `api://${legacyApi}`,
        appid: tasksApi,
      })
      await api?.stop()
    },
  }
}

async function checkAnyScope(program: RunningProgram, emulator: Emulator, body: object) {
  const other = await userToken(emulator, 'access_as_user')
  expect(await answerOf(program, '/tasks', other)).toMatchObject({ status: 403 })
  const token = await userToken(emulator, 'Tasks.Read')
  expect(await answerOf(program, '/tasks', token)).toMatchObject({ status: 200, body })
}

/** The guard of a program whose registration is the web app's. */
async function checkOwner(program: RunningProgram, emulator: Emulator) {
  expect(await answerOf(program, '/api/tasks')).toMatchObject({ status: 401, challenge: 'Bearer' })
  const token = { resource: webApp, client: daemon, user: adaId, scopes: ['Tasks.Read'] }
  expect(await answerOf(program, '/api/tasks', await emulator.mintToken(token))).toMatchObject({
    status: 200,
    body: { owner: adaId },
  })
}

export const checks: Readonly<Record<string, ProgramCheck>> = {
  'README.md: Protect an API': {
    environment: asApiWithoutCredential,
    run: (program, emulator) => checkTasks(program, emulator, { tasks: [], owner: adaId }),
  },
  'README.md: Sign a user in': {
    environment: asWebApp,
    async run(program) {
      const browser = browserOf(program)
      const home = await signIn(browser, 'http://localhost:3000/', ada)
      expect(home).toMatchObject({ status: 200, url: 'http://localhost:3000/' })
      expect(home.html).toBe('Hello Ada Example')
      const inbox = await signIn(browser, 'http://localhost:3000/inbox', ada)
      expect(JSON.parse(inbox.html)).toContain('Lunch')
    },
  },
  'README.md: Call Graph for the caller of an API': {
    environment: asApi,
    async run(program, emulator) {
      const token = await userToken(emulator, 'access_as_user')
      expect(await answerOf(program, '/me', token)).toMatchObject({
        status: 200,
        body: { displayName: 'Ada Example' },
      })
    },
  },
  'docs/protect-an-api.md: Protect an API': {
    environment: asApiWithoutCredential,
    async run(program, emulator) {
      await checkTasks(program, emulator, { user: adaId, tenant: contoso, through: webApp })
      const app = await appToken(emulator, 'Tasks.Read.All')
      expect(await answerOf(program, '/report', app)).toMatchObject({
        status: 200,
        body: { for: 'app' },
      })
      expect(await answerOf(program, '/tasks', app)).toMatchObject({ status: 403 })
    },
  },
  'docs/protect-an-api.md: Protect an API 2': {
    environment: asApiWithoutCredential,
    run: (program, emulator) => checkTasks(program, emulator, { user: adaId }),
  },
  'docs/protect-an-api.md: Tell clients where to get a token': {
    environment: asApiWithoutCredential,
    async run(program, emulator) {
      const metadata = '/.well-known/oauth-protected-resource/tasks'
      expect(await answerOf(program, metadata)).toMatchObject({
        status: 200,
        body: {
          resource: 'https://api.contoso.com/tasks',
          authorization_servers: [`${emulator.origin}/${contoso}/v2.0`],
          scopes_supported: [`api://${tasksApi}/Tasks.Read`],
          resource_name: 'Tasks of Contoso',
        },
      })
      expect(await answerOf(program, '/tasks')).toMatchObject({
        status: 401,
        challenge:
          `Bearer scope="api://${tasksApi}/Tasks.Read", ` +
          `resource_metadata="https://api.contoso.com${metadata}"`,
        body: { explanation: { reason: 'no-token' } },
      })
    },
  },
  'docs/protect-an-api.md: Call the next API': {
    environment: asApi,
    async run(program, emulator) {
      const token = await userToken(emulator, 'access_as_user')
      expect(await answerOf(program, '/me', token)).toMatchObject({ body: { name: 'Ada Example' } })
      grantUserRead(emulator)
      expect(
        await answerOf(program, '/people', await appToken(emulator, 'Tasks.Read.All')),
      ).toMatchObject({
        status: 200,
        body: expect.arrayContaining(['Ada Example']),
      })
    },
  },
  'docs/sign-in.md: Sign users in': {
    environment: asWebApp,
    async run(program) {
      const browser = browserOf(program)
      expect((await browser.get('http://localhost:3000/')).html).toBe('Nobody is signed in')
      const profile = await signIn(browser, 'http://localhost:3000/profile', ada)
      expect(profile).toMatchObject({ url: 'http://localhost:3000/profile', html: 'Ada Example' })
      const inbox = await signIn(browser, 'http://localhost:3000/inbox', ada)
      expect(JSON.parse(inbox.html)).toContain('Lunch')
      expect((await browser.get('http://localhost:3000/')).html).toBe('Signed in as Ada Example')
    },
  },
  'docs/sign-in.md: Sign users in 2': {
    environment: asWebApp,
    async run(program) {
      const home = await signIn(browserOf(program), 'http://localhost:3000/', ada)
      expect(home.html).toBe('Signed in as Ada Example')
    },
  },
  'docs/consent.md: An administrator consents for everybody': {
    environment: asWebApp,
    async run(program) {
      const browser = browserOf(program)
      const refused = await signIn(browser, 'http://localhost:3000/groups', ada)
      const page = await browser.submit(refused, { button: { name: 'cancel' } })
      expect(page.html).toContain('href="/auth/admin-consent"')
      const administrator = browserOf(program)
      const granted = await signIn(administrator, 'http://localhost:3000/auth/admin-consent', {
        user: 'grace@contoso.example',
      })
      expect(granted.html).toContain('Permissions granted')
      const groups = await signIn(browser, 'http://localhost:3000/groups', ada)
      expect(groups.html).toBe('Ada Example may see groups')
    },
  },
  'docs/call-graph.md: Call Graph and other APIs': {
    environment: asWebApp,
    async run(program, emulator) {
      const browser = browserOf(program)
      const me = await signIn(browser, 'http://localhost:3000/me', ada)
      expect(JSON.parse(me.html)).toEqual({ displayName: 'Ada Example' })
      emulator.conditionalAccess.requireContext('c1')
      const again = await browser.get('http://localhost:3000/me')
      emulator.conditionalAccess.clear()
      expect(JSON.parse(again.html)).toEqual({ displayName: 'Ada Example' })
    },
  },
  'docs/frameworks.md: Express': { environment: asWebApp, run: checkFramework },
  'docs/frameworks.md: Koa': { environment: asWebApp, run: checkFramework },
  'docs/frameworks.md: Fastify': { environment: asWebApp, run: checkFramework },
  'docs/frameworks.md: Hono': { environment: asWebApp, run: checkFramework },
  'docs/frameworks.md: Request → Response': { environment: asWebApp, run: checkFramework },
  'docs/write-an-adapter.md: Write an adapter': {
    environment: asWebApp,
    async run(program) {
      const home = await signIn(browserOf(program), 'http://localhost:3000/', ada)
      expect(home).toMatchObject({ status: 200, html: 'Hello Ada Example' })
    },
  },
  'docs/scale-out.md: Several processes': {
    needs: 'redis',
    environment: asWebApp,
    async run(program) {
      const home = await signIn(browserOf(program), 'http://localhost:3000/', ada)
      expect(home.html).toBe('Hello Ada Example')
    },
  },
  'docs/scale-out.md: ioredis': {
    needs: 'redis',
    environment: asWebApp,
    async run(program) {
      const browser = browserOf(program)
      const home = await signIn(browser, 'http://localhost:3000/', ada)
      expect(home.html).toBe('Hello Ada Example')
      await browser.submit(await browser.get('http://localhost:3000/auth/logout'))
      expect((await browser.step('http://localhost:3000/')).status).toBe(302)
    },
  },
  'docs/mcp.md: MCP servers': {
    environment: asApi,
    async run(program, emulator) {
      const user = 'everyone'
      const mail = { client: tasksApi, resource: graph, scopes: ['Mail.Read'] }
      emulator.grants.grantDelegated({ tenant: contoso, user, ...mail })
      const refused = await fetch(`${program.url}/mcp`, { method: 'POST' })
      expect(refused.headers.get('www-authenticate')).toBe(
        'Bearer scope="http://localhost:3000/mcp/access_as_user", ' +
          'resource_metadata="http://localhost:3000/.well-known/oauth-protected-resource/mcp"',
      )
      const authorization = `Bearer ${await userToken(emulator, 'access_as_user')}`
      const client = new Client({ name: 'tests', version: '1.0.0' })
      await client.connect(
        new StreamableHTTPClientTransport(new URL(`${program.url}/mcp`), {
          requestInit: { headers: { authorization } },
        }),
      )
      const { content } = await client.callTool({ name: 'read_mail' })
      expect(content).toContainEqual({ type: 'text', text: 'Lunch' })
      await client.close()
    },
  },
  'docs/observability.md: Observability': {
    environment: asApi,
    async run(program, emulator) {
      const refused = await answerOf(program, '/tasks')
      expect(refused.status).toBe(401)
      const span = await program.printed
      expect(span).toMatch(/entrada guard/)
      expect(span).toMatch(/'entrada.reason': 'no-token'/)
      const answer = await answerOf(program, '/tasks', await userToken(emulator, 'Tasks.Read'))
      expect(answer.status).toBe(200)
    },
  },
  'docs/call-graph.md: The official client': {
    environment: asApi,
    async run(program, emulator) {
      grantUserRead(emulator)
      const people = await answerOf(program, '/people', await appToken(emulator, 'Tasks.Read.All'))
      expect(people).toMatchObject({ status: 200, body: expect.arrayContaining(['Ada Example']) })
    },
  },
  'docs/call-apis.md: Call other APIs': checkNamedApi(),
  'docs/fetch.md: Hono': {
    environment: asWebApp,
    async run(program, emulator) {
      const browser = browserOf(program)
      expect((await browser.get('http://localhost:3000/')).html).toBe('Nobody is signed in')
      const inbox = await signIn(browser, 'http://localhost:3000/inbox', ada)
      expect(JSON.parse(inbox.html)).toContain('Lunch')
      expect((await browser.get('http://localhost:3000/')).html).toBe('Signed in as Ada Example')
      await checkOwner(program, emulator)
    },
  },
  'docs/fetch.md: Request → Response': {
    environment: asWebApp,
    async run(program, emulator) {
      const browser = browserOf(program)
      const profile = await signIn(browser, 'http://localhost:3000/profile', ada)
      expect(profile.html).toBe('Ada Example')
      expect((await browser.get('http://localhost:3000/')).html).toBe('Signed in as Ada Example')
      await checkOwner(program, emulator)
    },
  },
  'docs/emulator.md: The emulator': {
    environment: () => ({}),
    async run(program) {
      const [authority = ''] = (await program.printed).split('\n')
      const answer = await fetch(`${authority}/v2.0/.well-known/openid-configuration`)
      expect(await answer.json()).toMatchObject({ issuer: `${authority}/v2.0` })
    },
  },
  'docs/migrate-from-passport-azure-ad.md: An API': {
    environment: asApiWithoutCredential,
    run: (program, emulator) =>
      checkAnyScope(program, emulator, { user: adaId, tenant: contoso, scopes: ['Tasks.Read'] }),
  },
  'docs/migrate-from-passport-azure-ad.md: A web app': {
    environment: asWebApp,
    async run(program) {
      const home = await signIn(browserOf(program), 'http://localhost:3000/', ada)
      expect(home.html).toBe('Ada Example')
    },
  },
  'docs/migrate-from-msal-node.md: Migrate from msal-node': {
    environment: asWebApp,
    async run(program) {
      const me = await signIn(browserOf(program), 'http://localhost:3000/me', ada)
      expect(JSON.parse(me.html)).toEqual({ displayName: 'Ada Example' })
    },
  },
  'docs/migrate-from-express-openid-connect.md: Migrate from express-openid-connect': {
    environment: asWebApp,
    async run(program) {
      const profile = await signIn(browserOf(program), 'http://localhost:3000/profile', ada)
      expect(profile).toMatchObject({ url: 'http://localhost:3000/profile', html: 'Ada Example' })
    },
  },
}
