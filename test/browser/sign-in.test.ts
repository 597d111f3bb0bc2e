import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, it } from '@jest/globals'
import express from 'express'
import session, { type CookieOptions } from 'express-session'
import helmet from 'helmet'
import type { BrowserContext, Page } from 'playwright-core'
import { startEmulator, type Emulator } from 'entrada/emulator'
import { entra, type SignInOptions } from 'entrada/express'
import { describeWithChromium } from '../support/chromium.js'
import { consentedDirectory, contosoId, secret, webAppId } from '../flows/web-app.js'

/** Two names of this machine that are two sites to a browser; the emulator is at the first. */
type Host = 'localhost' | '127.0.0.1'

interface App {
  readonly origin: string
  readonly server: Server
  readonly listener: express.Express
}

describeWithChromium('signing in with Chromium', (browser) => {
  let emulator: Emulator
  let app: App
  let context: BrowserContext
  /** What the browser refused or a page complained about. */
  let complaints: string[] = []

  beforeEach(async () => {
    complaints = []
    context = await browser().newContext()
    context.setDefaultTimeout(10_000)
    context.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
    })
  })

  afterEach(async () => {
    await context.close()
    const closed = new Promise((resolve) => app.server.close(resolve))
    app.server.closeAllConnections()
    await closed
    await emulator.stop()
    expect(complaints).toEqual([])
  })

  async function listen(host: Host): Promise<App> {
    const listener = express()
    const server = createServer(listener)
    await new Promise<void>((resolve) => server.listen(0, host, resolve))
    const { port } = server.address() as AddressInfo // a TCP port has an address of this form
    return { origin: `http://${host}:${port}`, server, listener }
  }

  /** An app under helmet as it comes, with the one directive that sign-out needs. */
  async function start(
    host: Host,
    options: SignInOptions = {},
    cookie: CookieOptions = {},
  ): Promise<void> {
    app = await listen(host)
    const directory = consentedDirectory()
    const registration = directory.applications.find(({ appId }) => appId === webAppId)
    if (registration === undefined) throw new Error('The web app is not registered.')
    registration.redirectUris.push(`${app.origin}/auth/callback`, `${app.origin}/`)
    registration.logoutUrl = `${app.origin}/auth/front-channel-logout`
    emulator = await startEmulator(directory)
    const identity = entra({
      tenant: contosoId,
      clientId: webAppId,
      credential: { secret: 'web-app-secret-for-the-emulator-only' },
      authorityHost: emulator.origin,
      baseUrl: app.origin,
      secret,
    })
    const directives = { formAction: identity.formActionSources, upgradeInsecureRequests: null }
    const { listener } = app
    listener.use(helmet({ contentSecurityPolicy: { directives }, strictTransportSecurity: false }))
    listener.get('/favicon.ico', (_request, response) => void response.status(204).end())
    if (options.session !== 'cookie') {
      listener.use(session({ secret: 'browser', resave: false, saveUninitialized: false, cookie }))
    }
    listener.use(identity.signIn(options))
    listener.get('/', (request, response) => {
      response.send(`<h1>Home of ${identity.accountIfAny(request)?.name ?? 'nobody'}</h1>`)
    })
    listener.get('/remember', (request, response) => {
      Object.assign(request.session, request.query)
      response.send('<h1>Remembered</h1>')
    })
    listener.get('/remembered', (request, response) => {
      response.send(`<h1>${JSON.stringify(Object.entries(request.session))}</h1>`)
    })
    listener.get('/private', identity.requireSignIn(), (request, response) => {
      response.send(`<h1>${identity.account(request).name} ${request.url.slice(-1)}</h1>`)
    })
    listener.use(identity.errors())
  }

  const heading = (page: Page) => page.getByRole('heading', { level: 1 }).innerText()
  const at = (path: string) => `${app.origin}${path}`
  const pickAda = (page: Page) => page.getByRole('button', { name: 'Ada Example' }).click()

  async function signedIn(path = '/private?tab=1'): Promise<Page> {
    const page = await context.newPage()
    await page.goto(at(path))
    await pickAda(page)
    await page.waitForURL(at(path))
    return page
  }

  const ways: [string, Host, SignInOptions][] = [
    ['form_post', '127.0.0.1', { responseMode: 'form_post' }],
    [
      'form_post and a cookie of ours',
      '127.0.0.1',
      { responseMode: 'form_post', session: 'cookie' },
    ],
    ['query', '127.0.0.1', {}],
    ['query and a cookie of ours', '127.0.0.1', { session: 'cookie' }],
    ['form_post', 'localhost', { responseMode: 'form_post' }],
  ]

  it.each(ways)(
    'L18 signs in by %s at %s, Entra being at localhost',
    async (_way, host, options) => {
      await start(host, options)
      const page = await signedIn()
      expect(await heading(page)).toBe('Ada Example 1')
      await page.goto(at('/'))
      expect(await heading(page)).toBe('Home of Ada Example')
    },
  )

  it.each(['query', 'form_post'] as const)(
    'L18 signs in by %s into the session it began in, although its cookie is Strict',
    async (responseMode) => {
      await start('127.0.0.1', { responseMode, keepSession: ['basket'] }, { sameSite: 'strict' })
      const page = await context.newPage()
      await page.goto(at('/remember?basket=apples'))
      await page.goto(at('/private?tab=1'))
      await pickAda(page)
      await page.waitForURL(at('/private?tab=1'))
      expect(await heading(page)).toBe('Ada Example 1')
      await page.goto(at('/remembered'))
      expect(await heading(page)).toContain('["basket","apples"]')
      expect(emulator.requests.filter(({ endpoint }) => endpoint === 'token')).toHaveLength(1)
    },
  )

  const orders = [
    [1, 2, 3, 4, 5],
    [5, 4, 3, 2, 1],
    [3, 1, 5, 2, 4],
  ]

  it.each(orders.map((order) => [order]))(
    'L33 completes five tabs in the order %j',
    async (order) => {
      await start('127.0.0.1')
      const tabs = new Map<number, Page>()
      for (const tab of [1, 2, 3, 4, 5]) {
        const page = await context.newPage()
        await page.goto(at(`/private?tab=${tab}`))
        tabs.set(tab, page)
      }
      for (const tab of order) {
        const page = tabs.get(tab)
        if (page === undefined) throw new Error(`There is no tab ${tab}.`)
        await pickAda(page)
        await page.waitForURL(at(`/private?tab=${tab}`))
        expect(await heading(page)).toBe(`Ada Example ${tab}`)
      }
    },
  )

  it('L09 the back button and a reload do no harm', async () => {
    await start('127.0.0.1')
    const callbacks: string[] = []
    context.on('request', (request) => {
      if (request.url().startsWith(at('/auth/callback'))) callbacks.push(request.url())
    })
    const page = await signedIn()
    await page.goBack()
    // That is the platform's page of a choice that was made, and its own business.
    expect(page.url()).toContain(emulator.origin)
    complaints = []
    await page.goForward()
    await page.waitForURL(at('/private?tab=1'))
    await page.reload()
    expect(await heading(page)).toBe('Ada Example 1')
    // The callback itself, as a browser's history or a second click brings it again.
    await page.goto(callbacks[0] ?? '')
    expect([page.url(), await heading(page)]).toEqual([at('/private?tab=1'), 'Ada Example 1'])
    expect(emulator.requests.filter(({ endpoint }) => endpoint === 'token')).toHaveLength(1)
  })

  it.each([{}, { session: 'cookie' }] as SignInOptions[])(
    'S21 signs out from two tabs under helmet, with %j',
    async (options) => {
      await start('127.0.0.1', options)
      const one = await signedIn()
      const two = await context.newPage()
      await one.goto(at('/auth/logout'))
      await two.goto(at('/auth/logout'))
      for (const page of [one, two]) {
        await page.getByRole('button', { name: 'Sign out' }).click()
        await page.waitForURL(at('/'))
        expect(await heading(page)).toBe('Home of nobody')
      }
      await one.goto(at('/private'))
      expect(one.url()).toContain(emulator.origin)
    },
  )

  it.each([{}, { session: 'cookie' }] as SignInOptions[])(
    'signs out at Entra, too, when the button is pressed again while Entra is slow, with %j',
    async (options) => {
      await start('127.0.0.1', options)
      const page = await signedIn()
      await page.goto(at('/auth/logout'))
      emulator.faults.set({ endpoint: 'logout', kind: 'hang', times: 1 })
      const box = await page.getByRole('button', { name: 'Sign out' }).boundingBox()
      // A locator would wait for the answer.
      const press = () => page.mouse.click((box?.x ?? 0) + 5, (box?.y ?? 0) + 5)
      const isAsked = context.waitForEvent('request', {
        predicate: (request) =>
          request.url().startsWith(`${emulator.authority}/oauth2/v2.0/logout`),
      })
      await press()
      await isAsked
      await press()
      await page.getByRole('heading', { name: 'Home of nobody' }).waitFor()
      await page.goto(at('/private?tab=2'))
      await pickAda(page)
      await page.waitForURL(at('/private?tab=2'))
    },
  )

  it('gets a page by its script what a request lacked', async () => {
    await start('127.0.0.1')
    const page = await context.newPage()
    await page.goto(at('/?from=script'))
    await page.evaluate(`fetch('/private').then((answer) => answer.json())
      .then(({ signInUrl }) => location.assign(signInUrl))`)
    await pickAda(page)
    await page.waitForURL(at('/'))
    expect(await heading(page)).toBe('Home of Ada Example')
    expect(complaints).toEqual([expect.stringContaining('401')])
    complaints = []
  })

  it.each([{}, { session: 'cookie' }] as SignInOptions[])(
    'S24 S28 is signed out by Entra in a frame that gets no cookie, with %j',
    async (options) => {
      await start('127.0.0.1', options)
      const page = await signedIn()
      const framed = context.waitForEvent('request', {
        predicate: (request) => request.url().startsWith(at('/auth/front-channel-logout?sid=')),
      })
      await page.goto(`${emulator.authority}/oauth2/v2.0/logout`)
      const request = await framed
      expect((await request.allHeaders())['cookie']).toBeUndefined()
      expect((await request.response())?.status()).toBe(200)
      await page.goto(at('/'))
      expect(await heading(page)).toBe('Home of nobody')
    },
  )

  it('signs in silently who is signed in at Entra, and shows the page to everybody else', async () => {
    await start('127.0.0.1', { silent: true })
    const page = await context.newPage()
    await page.goto(at('/'))
    expect([page.url(), await heading(page)]).toEqual([at('/'), 'Home of nobody'])
    await page.goto(at('/private?tab=1'))
    await pickAda(page)
    await page.waitForURL(at('/private?tab=1'))
    await context.clearCookies({ domain: '127.0.0.1' })
    await page.goto(at('/'))
    expect([page.url(), await heading(page)]).toEqual([at('/'), 'Home of Ada Example'])
  })
})
