import { createHash } from 'node:crypto'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals'
import type { BrowserContext, Page } from 'playwright-core'
import { contosoDirectory, startEmulator, type Emulator } from '../../src/emulator/index.js'
import { describeWithChromium } from '../support/chromium.js'
import { serve, type LoopbackServer } from '../support/loopback-server.js'

const webAppId = '5e7f2d91-6b3a-4e88-a1c4-9d0b8f7e6a52'

interface Arrival {
  method: string
  path: string
  parameters: Record<string, string>
  destination: string | undefined
}

describeWithChromium('signing in at the emulator in Chromium', (browser) => {
  let app: LoopbackServer
  let emulator: Emulator
  const arrivals: Arrival[] = []
  const contexts: BrowserContext[] = []

  beforeAll(async () => {
    app = await serve((request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        const [path = '', query = ''] = (request.url ?? '').split('?', 2)
        const body = Buffer.concat(chunks).toString()
        arrivals.push({
          method: request.method ?? '',
          path,
          parameters: Object.fromEntries(new URLSearchParams(body === '' ? query : body)),
          destination: request.headersDistinct['sec-fetch-dest']?.[0],
        })
        response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>The application</h1>')
      })
    })
    const directory = contosoDirectory()
    for (const application of directory.applications) {
      if (application.appId === webAppId) application.logoutUrl = `${app.origin}/front-channel`
    }
    emulator = await startEmulator(directory)
  })

  beforeEach(() => {
    emulator.grants.clear()
    arrivals.length = 0
  })

  afterEach(async () => {
    await Promise.all(contexts.splice(0).map((context) => context.close()))
  })

  afterAll(async () => {
    await emulator.stop()
    await app.stop()
  })

  function authorizeUrl(changes: Record<string, string> = {}): string {
    const parameters = new URLSearchParams({
      client_id: webAppId,
      response_type: 'code',
      redirect_uri: `${app.origin}/auth/callback`,
      scope: 'openid profile offline_access User.Read Mail.Read',
      state: 'the state',
      nonce: 'the-nonce',
      code_challenge: createHash('sha256').update('v'.repeat(43)).digest('base64url'),
      code_challenge_method: 'S256',
      ...changes,
    })
    return `${emulator.authority}/oauth2/v2.0/authorize?${parameters.toString()}`
  }

  async function newPage(): Promise<Page> {
    const context = await browser().newContext()
    contexts.push(context)
    return context.newPage()
  }

  async function pick(page: Page, name: string): Promise<void> {
    await page.getByRole('heading', { name: 'Choose an account' }).waitFor()
    await page.getByRole('button', { name }).click()
  }

  async function decide(page: Page, button: 'Accept' | 'Cancel'): Promise<void> {
    await page.getByRole('heading', { name: 'Permissions requested' }).waitFor()
    await page.getByRole('button', { name: button, exact: true }).click()
  }

  async function arrival(page: Page, path = '/auth/callback'): Promise<Arrival> {
    await page.getByRole('heading', { name: 'The application' }).waitFor()
    const found = arrivals.find((candidate) => candidate.path === path)
    if (found === undefined) throw new Error(`Nothing arrived at ${path}.`)
    return found
  }

  it('leads through account picker and consent back to the application with a code', async () => {
    const page = await newPage()
    await page.goto(authorizeUrl())
    await pick(page, 'Ada Example')
    await page.getByText('Read your mail').waitFor()
    await page.getByText('Maintain access to data you have given it access to').waitFor()
    await decide(page, 'Accept')
    const { parameters, method } = await arrival(page)
    expect(method).toBe('GET')
    expect(parameters).toMatchObject({ code: expect.any(String), state: 'the state' })
  })

  it('asks neither for the account nor for consent the second time', async () => {
    const page = await newPage()
    await page.goto(authorizeUrl())
    await pick(page, 'Ada Example')
    await decide(page, 'Accept')
    await arrival(page)
    arrivals.length = 0
    await page.goto(authorizeUrl({ state: 'again' }))
    expect((await arrival(page)).parameters).toMatchObject({ state: 'again' })
  })

  it('can be done with the keyboard alone', async () => {
    const page = await newPage()
    await page.goto(authorizeUrl({ login_hint: 'ada@contoso.example' }))
    await page.locator('button:focus', { hasText: 'Ada Example' }).waitFor()
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Permissions requested' }).waitFor()
    for (let presses = 0; presses < 20; presses += 1) {
      await page.keyboard.press('Tab')
      const focused = page.locator(':focus')
      if ((await focused.textContent())?.trim() === 'Accept') break
    }
    await page.keyboard.press('Enter')
    expect((await arrival(page)).parameters).toHaveProperty('code')
  })

  it('answers access_denied when the user declines', async () => {
    const page = await newPage()
    await page.goto(authorizeUrl())
    await pick(page, 'Ada Example')
    await decide(page, 'Cancel')
    const { parameters } = await arrival(page)
    expect(parameters).toMatchObject({ error: 'access_denied', state: 'the state' })
    expect(parameters).not.toHaveProperty('code')
  })

  it('answers access_denied when the user chooses no account', async () => {
    const page = await newPage()
    await page.goto(authorizeUrl())
    await page.getByRole('button', { name: 'Cancel' }).click()
    const { parameters } = await arrival(page)
    expect(parameters).toMatchObject({ error: 'access_denied', error_subcode: 'cancel' })
  })

  it('asks nobody for consent after an administrator gave it for the organization', async () => {
    const admin = await newPage()
    await admin.goto(authorizeUrl())
    await pick(admin, 'Grace Admin')
    await admin.getByRole('checkbox', { name: /on behalf of your organization/ }).check()
    await decide(admin, 'Accept')
    await arrival(admin)
    arrivals.length = 0
    const page = await newPage()
    await page.goto(authorizeUrl())
    await pick(page, 'Ada Example')
    expect((await arrival(page)).parameters).toHaveProperty('code')
  })

  it('offers consent for the organization to administrators only', async () => {
    const page = await newPage()
    await page.goto(authorizeUrl())
    await pick(page, 'Ada Example')
    await page.getByRole('button', { name: 'Accept', exact: true }).waitFor()
    expect(await page.getByRole('checkbox').count()).toBe(0)
  })

  it('tells a user to ask an administrator for what only they may grant', async () => {
    const page = await newPage()
    await page.goto(authorizeUrl({ scope: 'openid Directory.Read.All' }))
    await pick(page, 'Ada Example')
    await page.getByRole('heading', { name: 'Need admin approval' }).waitFor()
    await page.getByRole('button', { name: /Return to the application/ }).click()
    expect((await arrival(page)).parameters).toMatchObject({ error: 'access_denied' })
  })

  it('posts the answer to the application with response_mode=form_post', async () => {
    const page = await newPage()
    await page.goto(authorizeUrl({ response_mode: 'form_post' }))
    await pick(page, 'Ada Example')
    await decide(page, 'Accept')
    const { method, parameters } = await arrival(page)
    expect(method).toBe('POST')
    expect(parameters).toMatchObject({ code: expect.any(String), state: 'the state' })
  })

  it('shows an error and goes nowhere when the redirect URI is not registered', async () => {
    const page = await newPage()
    await page.goto(authorizeUrl({ redirect_uri: `${app.origin}/elsewhere` }))
    await page.getByRole('heading', { name: 'Sign-in failed' }).waitFor()
    await page.getByText('AADSTS50011', { exact: true }).waitFor()
    expect(arrivals).toEqual([])
  })

  it('tells the application in a frame when the user signs out, and leads back', async () => {
    const page = await newPage()
    await page.goto(authorizeUrl())
    await pick(page, 'Ada Example')
    await decide(page, 'Accept')
    const { parameters } = await arrival(page)
    arrivals.length = 0
    const query = new URLSearchParams({ post_logout_redirect_uri: `${app.origin}/auth/callback` })
    await page.goto(`${emulator.authority}/oauth2/v2.0/logout?${query.toString()}`)
    await page.waitForURL('**/auth/callback')
    expect(await arrival(page, '/front-channel')).toMatchObject({
      method: 'GET',
      destination: 'iframe',
      parameters: { sid: parameters['session_state'] },
    })
    await page.goto(authorizeUrl())
    await page.getByRole('heading', { name: 'Choose an account' }).waitFor()
  })

  it('turns a switch by keyboard, and shows a request while one looks', async () => {
    const page = await newPage()
    const complaints: string[] = []
    page.on('console', (message) => complaints.push(message.text()))
    await page.goto(emulator.controlUrl)
    const context = page.getByRole('textbox', { name: 'Context' }).first()
    await context.fill('c5')
    await context.press('Enter')
    await page.getByRole('status').getByText('Done: Protect an authentication context').waitFor()
    await page.getByText('c5 takes multifactor authentication').waitFor()
    emulator.conditionalAccess.clear()
    await page.getByRole('link', { name: 'Requests' }).click()
    await page.getByRole('heading', { name: 'Requests' }).waitFor()
    await fetch(`${emulator.graphOrigin}/v1.0/me`)
    const entry = page.locator('summary', { hasText: 'GET /v1.0/me' })
    await entry.press('Enter')
    await page.getByText('Access token is empty.').waitFor()
    expect(complaints).toEqual([])
  })
})
