import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { contosoDirectory, startEmulator, type Emulator } from 'entrada/emulator'
import { entra, type EntraOptions } from 'entrada/express'
import {
  ada,
  adaId,
  contosoId,
  graphId,
  startIdentityApp,
  tasksApiId,
  webAppId,
  type IdentityApp,
} from '../support/identity-app.js'
import { serve, type LoopbackServer } from '../support/loopback-server.js'
import { createUserAgent, signIn, type UserAgent } from '../support/user-agent.js'

const clock = { now: Date.now() }
const tasksDefault = `api://${tasksApiId}/.default`
let emulator: Emulator
let app: IdentityApp
let browser: UserAgent

/** An API that answers what the test has put there, first in, first out; then 200. */
const api: { answers: [status: number, challenge: string][]; seen: string[]; bodies: string[] } = {
  answers: [],
  seen: [],
  bodies: [],
}
let apiServer: LoopbackServer

beforeAll(async () => {
  const directory = contosoDirectory()
  const webApp = directory.applications.find(({ appId }) => appId === webAppId)
  if (webApp !== undefined) webApp.optionalClaims = { idToken: ['acrs'] }
  emulator = await startEmulator(directory, { now: () => clock.now })
  apiServer = await serve((request, response) => {
    api.seen.push(request.headers.authorization ?? '')
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString()))
    request.on('end', () => {
      api.bodies.push(body)
      const [status, challenge] = api.answers.shift() ?? [200, '']
      response.writeHead(status, challenge === '' ? {} : { 'www-authenticate': challenge })
      response.end('{"tasks":[]}')
    })
  })
})
afterAll(async () => {
  await emulator.stop()
  await apiServer.stop()
})
beforeEach(() => {
  clock.now += 3_600_000
  browser = createUserAgent()
  emulator.grants.clear()
  for (const [resource, scopes] of [
    [graphId, ['User.Read', 'openid', 'profile', 'offline_access']],
    [tasksApiId, ['Tasks.Read']],
  ] as const) {
    emulator.grants.grantDelegated({
      tenant: contosoId,
      client: webAppId,
      resource,
      user: adaId,
      scopes: [...scopes],
    })
  }
  Object.assign(api, { answers: [], seen: [], bodies: [] })
})
afterEach(async () => {
  emulator.conditionalAccess.clear()
  emulator.clearRequests()
  await app.stop()
})

async function start(options: EntraOptions = { clientCapabilities: ['cp1'] }) {
  app = await startIdentityApp(
    emulator,
    (routes, identity, answer) => {
      routes.use(identity.signIn({ scopes: ['User.Read'] }))
      routes.get(
        '/me',
        identity.requireSignIn(),
        answer((request) => identity.forUser(request).graph.get('/me')),
      )
      const call = (method: string, body?: () => BodyInit) =>
        answer(async (request) => {
          const response = await identity.forUser(request).fetch(`${apiServer.origin}/tasks`, {
            scopes: tasksDefault,
            method,
            ...(body === undefined ? {} : { body: body(), duplex: 'half' }),
          })
          return { status: response.status }
        })
      routes.get('/tasks', identity.requireSignIn(), call('GET'))
      routes.get(
        '/sdk',
        identity.requireSignIn(),
        answer(async (request) => {
          const credential = identity.forUser(request).credential()
          const { expiresOnTimestamp } = await credential.getToken(tasksDefault, {
            enableCae: true,
            tenantId: contosoId,
          })
          return { lasts: expiresOnTimestamp > clock.now }
        }),
      )
      routes.get('/vault', identity.requireSignIn({ acrs: 'c1' }), call('GET'))
      routes.get(
        '/create',
        identity.requireSignIn(),
        call('POST', () => '{"title":"one"}'),
      )
      routes.get(
        '/upload',
        identity.requireSignIn(),
        call('POST', () => new Blob(['a stream']).stream()),
      )
    },
    {
      clock: () => clock.now,
      apis: { tasks: { baseUrl: apiServer.origin, scopes: tasksDefault } },
      ...options,
    },
  )
}

const claimsOf = (endpoint: string) =>
  emulator.requests
    .filter((request) => request.endpoint === endpoint)
    .map(({ parameters }) =>
      parameters['claims'] === undefined
        ? undefined
        : (JSON.parse(parameters['claims']) as unknown),
    )
const grants = () =>
  emulator.requests
    .filter(({ endpoint }) => endpoint === 'token')
    .map(({ parameters }) => parameters['grant_type'])
const cp1 = { xms_cc: { values: ['cp1'] } }
const c1 = { acrs: { essential: true, value: 'c1' } }

const documented = (claims: object, pad = true) => {
  const encoded = btoa(JSON.stringify({ access_token: claims }))
  return `Bearer realm="", authorization_uri="https://login.example/common/oauth2/authorize", error="insufficient_claims", claims="${pad ? encoded : encoded.replace(/=+$/, '')}"`
}

describe('client capabilities', () => {
  it('are sent with every authorization and every token request, once declared', async () => {
    await start()
    await signIn(browser, app.at('/me'), ada)
    await browser.get(app.at('/tasks'))
    expect(grants()).toEqual(['authorization_code', 'refresh_token'])
    expect(claimsOf('authorize')).toEqual([{ access_token: cp1 }])
    expect(claimsOf('token')).toEqual([{ access_token: cp1 }, { access_token: cp1 }])
  })

  it('are not sent by themselves', async () => {
    await start({})
    await signIn(browser, app.at('/me'), ada)
    await browser.get(app.at('/tasks'))
    expect([...claimsOf('authorize'), ...claimsOf('token')]).toEqual([
      undefined,
      undefined,
      undefined,
    ])
  })

  it('are those of an SDK that has some, whose tokens nobody else is given', async () => {
    await start({})
    await signIn(browser, app.at('/me'), ada)
    emulator.clearRequests()
    const sdk = () => browser.get(app.at('/sdk')).then(({ html }) => JSON.parse(html) as unknown)
    expect(await sdk()).toEqual({ lasts: true })
    await sdk()
    expect(claimsOf('token')).toEqual([{ access_token: cp1 }])
    await browser.get(app.at('/tasks'))
    await sdk()
    expect(claimsOf('token')).toEqual([{ access_token: cp1 }, undefined])
  })

  it('are cp1 or nothing', async () => {
    await start()
    const options = { tenant: contosoId, clientId: webAppId }
    // @ts-expect-error there is no other capability
    expect(() => entra({ ...options, clientCapabilities: ['cp2'] })).toThrow(
      /clientCapabilities is \["cp2"\]/,
    )
  })
})

describe("an API's claims challenge in a web app", () => {
  it('T27 is answered without the user: the token is dropped, and the call sent once more', async () => {
    await start()
    await signIn(browser, app.at('/me'), ada)
    emulator.conditionalAccess.requireContext('c1')
    emulator.clearRequests()
    const page = await browser.get(app.at('/me'))
    expect(page.status).toBe(200)
    expect(JSON.parse(page.html)).toMatchObject({ displayName: 'Ada Example' })
    expect(grants()).toEqual(['refresh_token'])
    expect(claimsOf('token')).toEqual([{ access_token: { ...cp1, ...c1 } }])
    const graph = emulator.requests.filter(({ endpoint }) => endpoint === 'graph')
    expect(graph.map(({ status }) => status)).toEqual([401, 200])
    // The new token is the one that is kept, and its claims are asked for no more.
    emulator.clearRequests()
    expect((await browser.get(app.at('/me'))).status).toBe(200)
    expect(grants()).toEqual([])
  })

  it('T27 tells a program when only the user can answer it, and drops the token all the same', async () => {
    await start()
    await signIn(browser, app.at('/me'), ada)
    clock.now += 60_000
    emulator.conditionalAccess.revokeSessions(adaId)
    emulator.clearRequests()
    const program = await browser.xhr(app.at('/me'))
    expect(program.status).toBe(401)
    expect(JSON.parse(program.html)).toMatchObject({ error: 'ERR_ENTRA_INTERACTION_REQUIRED' })
    expect(emulator.requests.find(({ endpoint }) => endpoint === 'token')?.codes).toEqual([50173])
    // The refused token is not handed out any more.
    emulator.clearRequests()
    expect((await browser.xhr(app.at('/me'))).status).toBe(401)
    expect(emulator.requests.filter(({ endpoint }) => endpoint === 'graph')).toEqual([])
  })

  it('T27 sends the user to sign in with the claims, after a revoked session, and back', async () => {
    await start()
    await signIn(browser, app.at('/me'), ada)
    clock.now += 60_000
    emulator.conditionalAccess.revokeSessions(adaId)
    emulator.clearRequests()
    const page = await signIn(browser, app.at('/me'), ada)
    expect(page).toMatchObject({ status: 200, url: app.at('/me') })
    const nbf = { essential: true, value: String(Math.floor(clock.now / 1000)) }
    expect(claimsOf('authorize')).toEqual([{ access_token: { ...cp1, nbf } }])
    expect(grants()).toEqual(['refresh_token', 'authorization_code'])
  })

  it.each([
    ['padded', 401, () => documented(c1)],
    ['not padded', 401, () => documented(c1, false)],
    [
      'in the form of Microsoft.Identity.Web',
      403,
      () =>
        `Bearer consentUri="https://login.example/authorize", claims="${JSON.stringify({ access_token: c1 })}", scopes="user.read", proposedAction="consent"`,
    ],
  ] as const)('T27 is understood %s', async (_form, status, challenge) => {
    await start()
    await signIn(browser, app.at('/tasks'), ada)
    emulator.clearRequests()
    Object.assign(api, { answers: [[status, challenge()]], seen: [] })
    expect(JSON.parse((await browser.get(app.at('/tasks'))).html)).toEqual({ status: 200 })
    expect(claimsOf('token')).toEqual([{ access_token: { ...cp1, ...c1 } }])
    expect(new Set(api.seen).size).toBe(2)
  })

  it('T27 is answered once: an API that is never satisfied means a sign-in, then a page', async () => {
    await start()
    await signIn(browser, app.at('/tasks'), ada)
    emulator.clearRequests()
    api.answers = Array.from({ length: 10 }, () => [401, documented(c1)])
    api.seen = []
    const page = await signIn(browser, app.at('/tasks'), ada)
    expect(page.status).toBe(401)
    expect(page.html).toContain('Your confirmation is needed')
    expect(emulator.requests.filter(({ endpoint }) => endpoint === 'authorize')).toHaveLength(1)
    expect(api.seen).toHaveLength(4)
  })

  it('T27 is answered once, also when the challenge is about another time each time', async () => {
    await start()
    await signIn(browser, app.at('/tasks'), ada)
    emulator.clearRequests()
    const nbf = (count: number) => ({ essential: true, value: String(1_604_106_651 + count) })
    api.answers = Array.from({ length: 30 }, (_, at) => [401, documented({ nbf: nbf(at) })])
    api.seen = []
    const page = await signIn(browser, app.at('/tasks'), ada)
    expect(page.status).toBe(401)
    expect(page.html).toContain('Your confirmation is needed')
    expect(emulator.requests.filter(({ endpoint }) => endpoint === 'authorize')).toHaveLength(1)
  })

  it('T27 is answered for each authentication context that it is about', async () => {
    await start()
    await signIn(browser, app.at('/tasks'), ada)
    emulator.clearRequests()
    const c2 = { acrs: { essential: true, value: 'c2' } }
    api.answers = [c1, c1, c2, c2].map((claims) => [401, documented(claims)])
    const page = await signIn(browser, app.at('/tasks'), ada)
    expect(JSON.parse(page.html)).toEqual({ status: 200 })
    expect(claimsOf('authorize')).toEqual([
      { access_token: { ...cp1, ...c1 } },
      { access_token: { ...cp1, ...c2 }, id_token: c1 },
    ])
  })

  it('is answered for a page with an authentication context, which is not lost by it', async () => {
    await start()
    await signIn(browser, app.at('/vault'), ada)
    emulator.clearRequests()
    const c2 = { acrs: { essential: true, value: 'c2' } }
    api.answers = [c2, c2].map((claims) => [401, documented(claims)])
    const page = await signIn(browser, app.at('/vault'), ada)
    expect(JSON.parse(page.html)).toEqual({ status: 200 })
    expect(claimsOf('authorize')).toEqual([{ access_token: { ...cp1, ...c2 }, id_token: c1 }])
  })

  it('is answered for a request with a body, which is sent again whole', async () => {
    await start()
    await signIn(browser, app.at('/me'), ada)
    api.answers = [[401, documented(c1)]]
    expect(JSON.parse((await browser.get(app.at('/create'))).html)).toEqual({ status: 200 })
    expect(api.bodies).toEqual(['{"title":"one"}', '{"title":"one"}'])
  })

  it('leaves a body that was a stream to its sender, who finds another token next time', async () => {
    await start()
    await signIn(browser, app.at('/me'), ada)
    api.answers = [[401, documented(c1)]]
    expect(JSON.parse((await browser.get(app.at('/upload'))).html)).toEqual({ status: 401 })
    expect(JSON.parse((await browser.get(app.at('/upload'))).html)).toEqual({ status: 200 })
    expect(new Set(api.seen).size).toBe(2)
  })

  it.each([
    ['a plain 401', 401, 'Bearer error="invalid_token"'],
    ['claims that are none', 401, 'Bearer error="insufficient_claims", claims="bm90IGpzb24="'],
    ['a plain 403', 403, 'Bearer error="insufficient_scope"'],
  ] as const)('is not seen in %s', async (_title, status, challenge) => {
    await start()
    await signIn(browser, app.at('/tasks'), ada)
    Object.assign(api, { answers: [[status, challenge]], seen: [] })
    expect(JSON.parse((await browser.get(app.at('/tasks'))).html)).toEqual({ status })
    expect(api.seen).toHaveLength(1)
  })

  it('R37 asks for consent on a page with an authentication context, which is not lost by it', async () => {
    await start()
    emulator.grants.clear()
    const page = await signIn(browser, app.at('/vault'), ada)
    expect(page).toMatchObject({ status: 200, url: app.at('/vault') })
    expect(claimsOf('authorize')).toEqual([
      { access_token: cp1, id_token: c1 },
      { access_token: cp1, id_token: c1 },
    ])
  })

  it('R37 asks for consent to what an API calls in turn, when that is what it lacks', async () => {
    await start()
    await signIn(browser, app.at('/tasks'), ada)
    emulator.clearRequests()
    api.answers = [
      [
        401,
        'Bearer error="consent_required", scopes="https://graph.microsoft.com/.default", proposedAction="consent"',
      ],
    ]
    const page = await signIn(browser, app.at('/tasks'), ada)
    expect(page).toMatchObject({ status: 200, url: app.at('/tasks') })
    const asked = emulator.requests.filter(({ endpoint }) => endpoint === 'authorize')
    expect(asked.map(({ parameters }) => [parameters['scope'], parameters['prompt']])).toEqual([
      [`openid profile offline_access ${tasksDefault}`, 'consent'],
    ])
  })
})
