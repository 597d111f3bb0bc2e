import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { contosoDirectory, startEmulator, type Emulator } from 'entrada/emulator'
import type { EntraEvent } from 'entrada'
import { entra, type EntraOptions, type SignInOptions } from 'entrada/fetch'
import { formOf } from '../../src/adapters/web/form.js'
import { ada, adaId, tasksApiId, webAppId } from '../support/identity-app.js'
import { signIn as signInAt } from '../support/user-agent.js'
import { apiOptions, browserFor, formRequest, origin, webAppOptions, type App } from './web-app.js'

let emulator: Emulator

beforeAll(async () => {
  emulator = await startEmulator(contosoDirectory())
})
afterAll(() => emulator.stop())
afterEach(() => emulator.grants.clear())

const userToken = (scopes: string[]) =>
  emulator.mintToken({ resource: tasksApiId, client: webAppId, user: adaId, scopes })

const bearer = (...tokens: string[]) => {
  const headers = new Headers()
  for (const token of tokens) headers.append('authorization', `Bearer ${token}`)
  return new Request(`${origin}/tasks`, { headers })
}

describe('a guard called with a request', () => {
  it('answers a refusal itself, and nothing when the caller may pass', async () => {
    const identity = entra(apiOptions(emulator))
    const guard = identity.requireScopes('Tasks.Read')
    const refusal = await guard(new Request(`${origin}/tasks`))
    expect(refusal?.status).toBe(401)
    expect(refusal?.headers.get('www-authenticate')).toBe('Bearer')
    expect(await refusal?.json()).toMatchObject({ error: 'ERR_ENTRA_TOKEN_MISSING' })

    const request = bearer(await userToken(['Tasks.Read']))
    expect(await guard(request)).toBeUndefined()
    expect(identity.caller(request)).toMatchObject({ kind: 'user', objectId: adaId })
  })

  it('G05 refuses two Authorization headers, which Headers joins into one value', async () => {
    const guard = entra(apiOptions(emulator)).requireScopes('Tasks.Read')
    const token = await userToken(['Tasks.Read'])
    const requests = [bearer(token, token), bearer('other', token), bearer(token, 'other')]
    for (const request of requests) {
      const refusal = await guard(request)
      expect(refusal?.status).toBe(400)
      expect(await refusal?.json()).toMatchObject({ explanation: { reason: 'duplicate-header' } })
    }
    const other = new Request(origin, { headers: { authorization: 'Digest a="b", c="d"' } })
    expect((await guard(other))?.status).toBe(401)
  })

  it('rejects when the program is at fault, so that nobody is let through', async () => {
    const identity = entra(webAppOptions(emulator))
    const guard = identity.requireSignIn()
    await expect(guard(new Request(origin))).rejects.toThrow('signIn() is not mounted')
  })
})

describe('identity.handler()', () => {
  it('passes on what the router adds, behind every guard in order', async () => {
    const identity = entra(apiOptions(emulator))
    const guards = [identity.requireScopes('Tasks.Read'), identity.requireScopes('Tasks.Write')]
    const GET = identity.handler(guards, (request: Request, context: { params: { id: string } }) =>
      Response.json({ id: context.params.id, user: identity.caller(request).objectId }),
    )
    const context = { params: { id: '7' } }
    const both = bearer(await userToken(['Tasks.Read', 'Tasks.Write']))
    expect(await (await GET(both, context)).json()).toEqual({ id: '7', user: adaId })
    expect((await GET(bearer(await userToken(['Tasks.Read'])), context)).status).toBe(403)
  })

  it('answers what token sources throw, and rejects with the errors of the program', async () => {
    const identity = entra(apiOptions(emulator))
    const guard = identity.requireScopes('access_as_user')
    const onBehalf = identity.handler(guard, async (request) =>
      Response.json(await identity.onBehalfOf(request).graph.get('/me')),
    )
    const answer = await onBehalf(bearer(await userToken(['access_as_user'])))
    expect(answer.status).toBe(401)
    expect(answer.headers.get('www-authenticate')).toContain('error="consent_required"')

    const broken = identity.handler([], () => {
      throw new TypeError('the handler is broken')
    })
    await expect(broken(new Request(origin))).rejects.toThrow('the handler is broken')
    const unguarded = identity.handler([], (request) => Response.json(identity.caller(request)))
    const fault = await unguarded(new Request(origin)).catch((error: unknown) => error)
    expect(fault).toMatchObject({ code: 'ERR_ENTRA_NO_CALLER' })
    expect(fault).not.toHaveProperty('getResponse')
  })
})

function webApp(
  options: EntraOptions = {},
  signInOptions: SignInOptions = {},
): { identity: ReturnType<typeof entra>; app: App } {
  const identity = entra({ ...webAppOptions(emulator), ...options })
  const signIn = identity.signIn({ scopes: ['User.Read'], ...signInOptions })
  const page = identity.handler([signIn, identity.requireSignIn()], (request) =>
    Response.json({ name: identity.account(request).name }),
  )
  const away = identity.handler(signIn, () => Response.redirect(`${origin}/elsewhere`))
  const guardOnly = identity.handler(identity.requireSignIn(), () => new Response('in'))
  const app: App = (request) => {
    const { pathname } = new URL(request.url)
    if (pathname === '/away') return away(request)
    return pathname === '/guard-only' ? guardOnly(request) : page(request)
  }
  return { identity, app }
}

describe('signing in with Web requests', () => {
  it('takes nothing from the origin of a request', async () => {
    const { app } = webApp()
    const headers = { accept: 'text/html', host: 'evil.example' }
    const answer = await app(new Request('http://evil.example/page', { headers }))
    expect(answer.status).toBe(302)
    const { searchParams } = new URL(answer.headers.get('location') ?? '')
    expect(searchParams.get('redirect_uri')).toBe(`${origin}/auth/callback`)
  })

  it('chooses among the configured origins by the URL where a request has no Host', async () => {
    const { app } = webApp({ baseUrl: [origin, 'http://localhost:4001'] })
    const headers = { accept: 'text/html' }
    const answer = await app(new Request('http://localhost:4001/page', { headers }))
    const { searchParams } = new URL(answer.headers.get('location') ?? '')
    expect(searchParams.get('redirect_uri')).toBe('http://localhost:4001/auth/callback')
  })

  it('notes activity in a cookie on whatever the handler answers, immutable or not', async () => {
    let now = Date.now()
    const { app } = webApp({ clock: () => now })
    const browser = browserFor(app)
    expect((await signInAt(browser, `${origin}/page`, ada)).html).toBe('{"name":"Ada Example"}')
    const quiet = await browser.step(`${origin}/away`)
    expect(quiet.headers.getSetCookie()).toEqual([])
    for (const path of ['/away', '/guard-only', '/page']) {
      now += 6 * 3600_000
      const active = await browser.step(origin + path)
      expect([path, active.headers.getSetCookie()]).toEqual([
        path,
        [expect.stringMatching(/^entrada-session\./)],
      ])
      expect(active.headers.get('cache-control')).toBe('no-store')
    }
    expect(await browser.step(`${origin}/away`)).toMatchObject({ location: `${origin}/elsewhere` })
  })

  it('puts the cookies of a changed session on the response that respond() is given', async () => {
    let now = Date.now()
    const { app, identity } = webApp({ clock: () => now })
    const browser = browserFor(app)
    await signInAt(browser, `${origin}/page`, ada)
    const cookie = browser.cookies
      .all()
      .map(({ name, value }) => `${name}=${value}`)
      .join('; ')
    now += 6 * 3600_000
    const guard = identity.requireSignIn()
    const request = new Request(`${origin}/by-hand`, { headers: { cookie } })
    expect(await guard(request)).toBeUndefined()
    const given = new Response('mine', { status: 201, headers: { 'set-cookie': 'own=1' } })
    const response = identity.respond(request, given)
    expect([response.status, await response.text()]).toEqual([201, 'mine'])
    expect(response.headers.getSetCookie()).toEqual([
      'own=1',
      expect.stringMatching(/^entrada-session\./),
    ])
    expect(given.headers.getSetCookie()).toEqual(['own=1'])
    expect(identity.respond(request, given)).toBe(given)
  })

  it('S28 knows who opens a WebSocket, for pages of this app only', async () => {
    const { app, identity } = webApp()
    const browser = browserFor(app)
    await signInAt(browser, `${origin}/page`, ada)
    const cookie = browser.cookies
      .all()
      .map(({ name, value }) => `${name}=${value}`)
      .join('; ')
    const upgrade = (from: string) =>
      new Request(`${origin}/socket`, { headers: { cookie, origin: from, upgrade: 'websocket' } })
    expect(await identity.accountOfUpgrade(upgrade(origin))).toMatchObject({ objectId: adaId })
    await expect(identity.accountOfUpgrade(upgrade('https://evil.example'))).rejects.toMatchObject({
      code: 'ERR_ENTRA_FORGED_REQUEST',
    })
  })

  it('keeps sessions in its own cookie, and says so to whoever asks for others', () => {
    const identity = entra(webAppOptions(emulator))
    // @ts-expect-error there is no session middleware for Web requests
    expect(() => identity.signIn({ session: 'framework' })).toThrow(
      /session is "framework"\. Expected 'cookie'/,
    )
    expect(() => identity.signIn({ session: 'cookie' })).not.toThrow()
  })
})

describe('the form that Entra posts', () => {
  const post = (request: Request) => webApp().app(request)

  it('is read from the request, however it is cut into pieces', async () => {
    const { app } = webApp({}, { responseMode: 'form_post' })
    const page = await signInAt(
      browserFor((request) => app(inPieces(request))),
      `${origin}/page`,
      ada,
    )
    expect(page.html).toBe('{"name":"Ada Example"}')
  })

  it('is refused when it is too large, cut off, or no form', async () => {
    const tooLarge = `state=${'x'.repeat(200_000)}`
    const cutOff = new ReadableStream({
      start: (controller) => {
        controller.error(new Error('the client left'))
      },
    })
    const json = new Request(`${origin}/auth/callback`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{}',
    })
    for (const request of [
      formRequest('/auth/callback', tooLarge),
      formRequest('/auth/callback', cutOff),
      json,
    ]) {
      expect((await post(request)).status).toBe(400)
    }
  })

  it('was read by somebody before: that is a mistake of the program, and named', async () => {
    const events: EntraEvent[] = []
    const { app } = webApp({ onEvent: (event) => events.push(event) })
    const request = formRequest('/auth/callback', 'state=a&code=b')
    await request.text()
    expect((await app(request)).status).toBe(500)
    expect(events).toContainEqual(
      expect.objectContaining({ type: 'sign-in-failed', code: 'ERR_ENTRA_CONFIGURATION' }),
    )
    await expect(formOf(request)).rejects.toThrow(/was read before .* read request\.clone\(\)/)
  })
})

/** The same request with a body that comes a few bytes at a time. */
function inPieces(request: Request): Request {
  if (request.body === null) return request
  const pieces = request.body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        for (let at = 0; at < chunk.length; at += 100) controller.enqueue(chunk.slice(at, at + 100))
      },
    }),
  )
  const { url, method, headers } = request
  const streamed = { body: pieces, duplex: 'half' } // Node's types lack what Node demands
  return new Request(url, { method, headers, ...streamed })
}
