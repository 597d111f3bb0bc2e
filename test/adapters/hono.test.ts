import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals'
import { Hono } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { stream } from 'hono/streaming'
import { ApiRequestError, type Account, type Caller } from 'entrada'
import { contosoDirectory, startEmulator, type Emulator } from 'entrada/emulator'
import { entra, type EntraOptions } from 'entrada/hono'
import { ada, adaId, contosoId, tasksApiId, webAppId } from '../support/identity-app.js'
import { signIn as signInAt } from '../support/user-agent.js'
import { apiOptions, browserFor, formRequest, origin, webAppOptions } from './web-app.js'

let emulator: Emulator

beforeAll(async () => {
  emulator = await startEmulator(contosoDirectory())
})
afterAll(() => emulator.stop())
afterEach(() => {
  emulator.grants.clear()
  jest.restoreAllMocks()
})

async function asUser(...scopes: string[]): Promise<{ headers: { authorization: string } }> {
  const user = { resource: tasksApiId, client: webAppId, user: adaId, scopes }
  return { headers: { authorization: `Bearer ${await emulator.mintToken(user)}` } }
}

describe('a guard on a Hono route', () => {
  it('leaves the caller as a typed variable for the handler', async () => {
    const identity = entra(apiOptions(emulator))
    const app = new Hono().get('/tasks', identity.requireScopes('Tasks.Read'), (c) => {
      const caller: Caller = c.var.caller
      return c.json({ same: caller === identity.caller(c), owner: c.get('caller').objectId })
    })
    const answer = await app.request('/tasks', await asUser('Tasks.Read'))
    expect(await answer.json()).toEqual({ same: true, owner: adaId })
  })

  it('is answered by Hono with status and challenge where nobody handles errors', async () => {
    const identity = entra(apiOptions(emulator))
    const app = new Hono()
    app.get('/tasks', identity.requireScopes('Tasks.Read'), (c) => c.text('in'))
    const refused = await app.request('/tasks')
    expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([401, 'Bearer'])
    const lacking = await app.request('/tasks', await asUser('access_as_user'))
    expect([lacking.status, await lacking.text()]).toEqual([
      403,
      'The access token lacks a required scope.',
    ])
  })

  it('reports what Graph refused, which is no answer to whoever called', async () => {
    const told = jest.spyOn(console, 'error').mockReturnValue(undefined)
    const identity = entra(apiOptions(emulator))
    const app = new Hono()
    app.get('/mail', identity.requireScopes('access_as_user'), async (c) =>
      c.json(await identity.onBehalfOf(c).graph.get('/me/messages')),
    )
    app.onError(identity.errors())
    const graph = '00000003-0000-0000-c000-000000000000'
    const grant = { tenant: contosoId, client: tasksApiId, user: adaId, resource: graph }
    emulator.grants.grantDelegated({ ...grant, scopes: ['User.Read'] })
    const answer = await app.request('/mail', await asUser('access_as_user'))
    expect([answer.status, told.mock.calls]).toEqual([
      502,
      [[expect.objectContaining({ code: 'ERR_ENTRA_GRAPH_REQUEST', graphStatus: 403 })]],
    ])
    expect(await answer.text()).toBe('')
    const refused = await app.request('/mail')
    expect([refused.status, told.mock.calls]).toEqual([401, [expect.anything()]])
  })

  it.each(['nobody', 'errors()'])(
    'prints once what another API refused, where %s answers',
    async (handler) => {
      const told = jest.spyOn(console, 'error').mockReturnValue(undefined)
      const identity = entra(apiOptions(emulator))
      const app = new Hono()
      const guard = identity.requireScopes('access_as_user')
      app.get('/tasks', guard, guard, () => {
        throw new ApiRequestError({ api: 'tasks', method: 'GET', failure: 'network' })
      })
      if (handler === 'errors()') app.onError(identity.errors())
      const answer = await app.request('/tasks', await asUser('access_as_user'))
      expect([answer.status, told.mock.calls]).toEqual([
        502,
        [[expect.objectContaining({ code: 'ERR_ENTRA_API_REQUEST' })]],
      ])
    },
  )

  it('keeps the callers of two instances apart', async () => {
    const [first, second] = [entra(apiOptions(emulator)), entra(apiOptions(emulator))]
    const app = new Hono()
    app.get('/tasks', first.requireScopes('Tasks.Read'), (c) =>
      c.json([first.callerIfAny(c) !== undefined, second.callerIfAny(c) !== undefined]),
    )
    const answer = await app.request('/tasks', await asUser('Tasks.Read'))
    expect(await answer.json()).toEqual([true, false])
  })
})

describe('app.onError(identity.errors())', () => {
  it('says where it belongs when it is mounted as middleware', async () => {
    const app = new Hono()
    const heard: Error[] = []
    // @ts-expect-error: what a JavaScript program can write
    app.use(entra(apiOptions(emulator)).errors())
    app.get('/', (c) => c.text('in'))
    app.onError((error, c) => {
      heard.push(error)
      return c.text('', 500)
    })
    expect((await app.request('/')).status).toBe(500)
    expect(heard).toMatchObject([
      { code: 'ERR_ENTRA_CONFIGURATION', message: expect.stringContaining('app.onError') },
    ])
  })

  it('answers refusals in JSON, and leaves the rest to Hono', async () => {
    const printed = jest.spyOn(console, 'error').mockImplementation(() => undefined)
    const identity = entra(apiOptions(emulator))
    const app = new Hono()
    app.get('/tasks', identity.requireScopes('Tasks.Read'), (c) => c.text('in'))
    app.get('/unguarded', (c) => c.json(identity.caller(c)))
    app.get('/teapot', () => {
      throw new HTTPException(418, { message: 'short and stout' })
    })
    app.onError(identity.errors())
    const refused = await app.request('/tasks')
    expect(refused.status).toBe(401)
    expect(await refused.json()).toMatchObject({ error: 'ERR_ENTRA_TOKEN_MISSING' })
    const teapot = await app.request('/teapot')
    expect([teapot.status, await teapot.text()]).toEqual([418, 'short and stout'])
    expect(printed).not.toHaveBeenCalled()

    expect((await app.request('/unguarded')).status).toBe(500)
    expect(printed).toHaveBeenCalledWith(expect.objectContaining({ code: 'ERR_ENTRA_NO_CALLER' }))
  })

  it("hands what is not its own to the app's error handler", async () => {
    const identity = entra(apiOptions(emulator))
    const app = new Hono()
    app.get('/tasks', identity.requireScopes('Tasks.Read'), () => {
      throw new TypeError('the handler is broken')
    })
    app.onError(identity.errors((error, c) => c.json({ mine: error.message }, 500)))
    expect((await app.request('/tasks')).status).toBe(401)
    const broken = await app.request('/tasks', await asUser('Tasks.Read'))
    expect([broken.status, await broken.json()]).toEqual([500, { mine: 'the handler is broken' }])
  })

  it('works for one group of routes alone', async () => {
    const identity = entra(apiOptions(emulator))
    const api = new Hono()
    api.get('/tasks', identity.requireScopes('Tasks.Read'), (c) => c.text('in'))
    api.onError(identity.errors())
    const app = new Hono().route('/api', api)
    const answer = await app.request('/api/tasks')
    expect(await answer.json()).toMatchObject({ error: 'ERR_ENTRA_TOKEN_MISSING' })
  })
})

function webApp(options: EntraOptions = {}) {
  const identity = entra({ ...webAppOptions(emulator), ...options })
  const app = new Hono()
    .use(identity.signIn({ scopes: ['User.Read'] }))
    .get('/', (c) => c.json({ name: c.var.account?.name ?? null }))
    .get('/page', identity.requireSignIn(), (c) => {
      const account: Account = c.var.account
      return c.json({ name: account.name })
    })
    .get('/own-response', () => new Response('mine', { headers: { 'set-cookie': 'own=1' } }))
    .get('/elsewhere', () => Response.redirect(`${origin}/`))
    .get('/missing', (c) => c.notFound())
    .get('/broken', () => {
      throw new HTTPException(503)
    })
    .get('/streaming', (c) =>
      stream(c, async (body) => {
        await new Promise(setImmediate)
        const token = await identity.forUser(c).token('User.Read')
        await body.write(token.scopes.join(' '))
      }),
    )
  app.onError(identity.errors())
  return { identity, app }
}

describe('signing in to a Hono app', () => {
  it('leaves the account as a typed variable, with and without a guard', async () => {
    const { app } = webApp()
    const browser = browserFor((request) => app.fetch(request))
    expect((await browser.get(`${origin}/`)).html).toBe('{"name":null}')
    const page = await signInAt(browser, `${origin}/page`, ada)
    expect(page.html).toBe('{"name":"Ada Example"}')
    expect((await browser.get(`${origin}/`)).html).toBe('{"name":"Ada Example"}')
    expect((await browser.get(`${origin}/streaming`)).html).toContain('User.Read')
  })

  it('notes activity in a cookie on whatever answer comes out in the end', async () => {
    let now = Date.now()
    const { app } = webApp({ clock: () => now })
    const browser = browserFor((request) => app.fetch(request))
    await signInAt(browser, `${origin}/page`, ada)
    for (const path of ['/', '/page', '/own-response', '/elsewhere', '/missing', '/broken']) {
      now += 6 * 3600_000
      const page = await browser.step(origin + path)
      const cookies = page.headers.getSetCookie().filter((one) => !one.startsWith('own='))
      expect([path, cookies]).toEqual([path, [expect.stringMatching(/^entrada-session\./)]])
      expect([path, page.headers.getSetCookie().includes('own=1')]).toEqual([
        path,
        path === '/own-response',
      ])
      expect((await browser.step(origin + path)).headers.getSetCookie().length).toBe(
        path === '/own-response' ? 1 : 0,
      )
    }
  })

  it('reads the form that Entra posts also where Hono has parsed the body before', async () => {
    const readers = ['parseBody', 'formData', 'text', 'arrayBuffer'] as const
    for (const reader of readers) {
      const identity = entra(webAppOptions(emulator))
      const app = new Hono()
      app.use(async (c, next) => {
        if (c.req.method === 'POST') await c.req[reader]()
        await next()
      })
      app.use(identity.signIn({ scopes: ['User.Read'], responseMode: 'form_post' }))
      app.get('/page', identity.requireSignIn(), (c) => c.text(c.var.account.objectId))
      const browser = browserFor((request) => app.fetch(request))
      const page = await signInAt(browser, `${origin}/page`, ada)
      expect([reader, page.html]).toEqual([reader, adaId])
    }
  })

  it('refuses a parsed body that is no form', async () => {
    const { identity } = webApp()
    const app = new Hono()
    app.use(async (c, next) => {
      await c.req.raw.text()
      await next()
    })
    app.use(entra(webAppOptions(emulator)).signIn())
    app.onError(identity.errors())
    const json = new Request(`${origin}/auth/callback`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{}',
    })
    expect((await app.request(json)).status).toBe(400)
    expect((await app.request(formRequest('/auth/callback', 'state=a'))).status).toBe(500)
  })
})
