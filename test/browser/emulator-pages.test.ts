import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals'
import type { BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { accountPickerPage } from '../../src/emulator/pages/account-picker.js'
import { adminApprovalPage } from '../../src/emulator/pages/admin-approval.js'
import { consentPage } from '../../src/emulator/pages/consent.js'
import { errorPage } from '../../src/emulator/pages/error.js'
import { pageHeaders } from '../../src/emulator/pages/headers.js'
import { signedOutPage } from '../../src/emulator/pages/signed-out.js'
import { describeWithChromium } from '../support/chromium.js'
import { serve, type LoopbackServer } from '../support/loopback-server.js'

const ada = { id: 'ada-id', displayName: 'Ada Example', userPrincipalName: 'ada@contoso.example' }
const grace = {
  id: 'grace-id',
  displayName: 'Grace Admin',
  userPrincipalName: 'grace@contoso.example',
  note: 'administrator',
}
const permissions = [
  {
    title: 'Sign you in and read your profile',
    description: 'Allows you to sign in with your organizational account.',
    resource: 'Microsoft Graph',
  },
  {
    title: 'Maintain access to data you have given it access to',
    description: 'Allows the app to use that data while you are away.',
    resource: 'Microsoft Graph',
  },
]
const trace = {
  traceId: '0d8d8f1c-2a44-4a47-9d6f-3b1ce31f0100',
  correlationId: '5f3b7f0e-9a1c-4a0a-8a35-0f6a4b5c6d7e',
  timestamp: '2026-09-21 14:18:20Z',
}
const common = { appName: 'Contoso Web', tenantName: 'Contoso', fields: { flow: 'abc' } }
const picker = { ...common, users: [ada, grace], action: '/sent' }
const consent = {
  ...common,
  user: ada,
  permissions,
  canConsentForOrganization: true,
  action: '/sent',
}
const pages: Readonly<Record<string, string>> = {
  '/picker': accountPickerPage(picker),
  '/picker-with-hint': accountPickerPage({ ...picker, loginHint: 'grace@contoso.example' }),
  '/consent': consentPage(consent),
  '/admin-consent': consentPage({ ...consent, adminConsent: true }),
  '/approval': adminApprovalPage({
    ...common,
    user: ada,
    permissions,
    returnAction: '/sent',
    trace,
  }),
  '/error': errorPage({ code: 50011, message: 'The redirect URI is not registered.', trace }),
  '/signed-out': signedOutPage({ frontChannelUrls: ['/frame?sid=1', '/frame?sid=2'] }),
  '/signed-out-to-app': signedOutPage({ frontChannelUrls: ['/frame?sid=1'], continueUrl: '/end' }),
  '/signed-out-with-silent-app': signedOutPage({
    frontChannelUrls: ['/hang'],
    continueUrl: '/end',
  }),
}
/** The pages that stay where they are. */
const standing = Object.keys(pages).filter((path) => !/-app$/.test(path))

describeWithChromium('the emulator’s pages in Chromium', (browser) => {
  let server: LoopbackServer
  const contexts: BrowserContext[] = []
  const frames: string[] = []
  const sent: string[] = []
  const complaints: string[] = []

  beforeAll(async () => {
    server = await serve((request, response) => {
      const path = request.url ?? '/'
      if (path === '/hang') return
      if (path.startsWith('/frame')) frames.push(`${path} ${request.headers['sec-fetch-dest']}`)
      if (request.method === 'POST') {
        request.on('data', (chunk: Buffer) => sent.push(chunk.toString()))
      }
      const page = pages[path]
      response.writeHead(200, page === undefined ? {} : pageHeaders({ frames: [server.origin] }))
      response.end(page ?? 'somewhere else')
    })
  })

  afterEach(async () => {
    await Promise.all(contexts.splice(0).map((context) => context.close()))
    sent.length = frames.length = complaints.length = 0
  })

  afterAll(() => server.stop())

  async function open(path: string, options: BrowserContextOptions = {}): Promise<Page> {
    const context = await browser().newContext(options)
    contexts.push(context)
    const page = await context.newPage()
    page.on('console', (message) => complaints.push(message.text()))
    page.on('pageerror', (error) => complaints.push(error.message))
    await page.goto(server.origin + path, { waitUntil: 'domcontentloaded' })
    return page
  }

  async function sentAfter(page: Page, action: () => Promise<void>) {
    await action()
    await page.waitForURL('**/sent')
    return Object.fromEntries(new URLSearchParams(sent[0]))
  }

  it('describes the account picker to assistive technology', async () => {
    const page = await open('/picker')
    expect(await page.locator('body').ariaSnapshot()).toBe(
      [
        '- banner:',
        '  - paragraph:',
        '    - strong: Local emulator.',
        '    - text: This page is not Microsoft’s. The accounts are invented and there are no passwords.',
        '- main:',
        '  - paragraph: Contoso',
        '  - heading "Choose an account" [level=1]',
        '  - paragraph:',
        '    - text: to continue to',
        '    - strong: Contoso Web',
        '  - list:',
        '    - listitem:',
        '      - button "Ada Example ada@contoso.example"',
        '    - listitem:',
        '      - button "Grace Admin grace@contoso.example administrator"',
        '  - button "Cancel"',
      ].join('\n'),
    )
  })

  it('describes the consent page to assistive technology', async () => {
    const page = await open('/consent')
    await page.getByRole('heading', { level: 1, name: 'Permissions requested' }).waitFor()
    const choice = page.getByRole('checkbox', { name: 'Consent on behalf of your organization' })
    expect(await choice.isChecked()).toBe(false)
    expect(await choice.getAttribute('aria-describedby')).toBe('organization-meaning')
    await page.getByRole('button', { name: 'Accept', exact: true }).waitFor()
    await page.getByRole('button', { name: 'Cancel', exact: true }).waitFor()
  })

  it('picks an account with the mouse', async () => {
    const page = await open('/picker')
    const button = page.getByRole('button', { name: 'Grace Admin' })
    expect(await sentAfter(page, () => button.click())).toEqual({ flow: 'abc', user: 'grace-id' })
  })

  it('picks the second account with Tab and Enter', async () => {
    const page = await open('/picker')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Tab')
    expect(await outlineOfFocused(page)).toMatch(/^solid 3px/)
    const form = await sentAfter(page, () => page.keyboard.press('Enter'))
    expect(form).toEqual({ flow: 'abc', user: 'grace-id' })
  })

  it('needs no more than Enter for the account of the login hint', async () => {
    const page = await open('/picker-with-hint')
    await page.locator('button:focus').waitFor()
    const form = await sentAfter(page, () => page.keyboard.press('Enter'))
    expect(form).toEqual({ flow: 'abc', user: 'grace-id' })
  })

  it('unfolds a permission, ticks the organization and accepts with the keyboard alone', async () => {
    const page = await open('/consent')
    const detail = page.getByText('Allows you to sign in with your organizational account.')
    expect(await detail.isVisible()).toBe(false)
    await page.keyboard.press('Tab')
    expect(await outlineOfFocused(page)).toMatch(/^solid 3px/)
    await page.keyboard.press('Enter')
    await detail.waitFor({ state: 'visible' })
    await page.keyboard.press('Tab')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Space')
    await page.keyboard.press('Tab')
    const form = await sentAfter(page, () => page.keyboard.press('Enter'))
    expect(form).toEqual({ flow: 'abc', organization: '1', decision: 'accept' })
  })

  it('ticks the organization by its label', async () => {
    const page = await open('/consent')
    await page.getByText('Consent on behalf of your organization').click()
    expect(await page.getByRole('checkbox').isChecked()).toBe(true)
  })

  it.each(standing)('shows %s without a complaint about the policy', async (path) => {
    const page = await open(path)
    await page.waitForLoadState('load')
    const card = page.getByRole('main')
    expect(await card.evaluate((node) => getComputedStyle(node).borderRadius)).toBe('14px')
    expect(complaints).toEqual([])
  })

  it.each(standing)('shows %s in full on 320 pixels, without scrolling sideways', async (path) => {
    const page = await open(path, { viewport: { width: 320, height: 640 } })
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320)
  })

  it.each(standing.flatMap((path) => [[path, 'light'] as const, [path, 'dark'] as const]))(
    'writes %s in colours with enough contrast (%s)',
    async (path, colorScheme) => {
      const page = await open(path, { colorScheme })
      expect(await page.evaluate(textBelowContrast, 4.5)).toEqual([])
      // No two colours reach 22, so this is all of the page's texts: the measure sees them.
      expect((await page.evaluate(textBelowContrast, 22)).length).toBeGreaterThan(2)
    },
  )

  it('loads every front-channel address in a frame and stays, without somewhere to go', async () => {
    const page = await open('/signed-out')
    await page.waitForLoadState('load')
    expect(frames.sort()).toEqual(['/frame?sid=1 iframe', '/frame?sid=2 iframe'])
    expect(page.url()).toBe(`${server.origin}/signed-out`)
    await page.getByRole('heading', { name: 'You are signed out' }).waitFor()
  })

  it('goes on when the applications have answered', async () => {
    const page = await open('/signed-out-to-app')
    await page.waitForURL('**/end')
    expect(frames).toEqual(['/frame?sid=1 iframe'])
    expect(complaints).toEqual([])
  })

  it('goes on after two seconds when an application does not answer', async () => {
    const page = await open('/signed-out-with-silent-app')
    await page.waitForURL('**/end', { timeout: 8000 })
  })

  it('goes on where scripts are switched off', async () => {
    const page = await open('/signed-out-to-app', { javaScriptEnabled: false })
    await page.waitForURL('**/end', { timeout: 8000 })
    expect(frames).toEqual(['/frame?sid=1 iframe'])
  })
})

async function outlineOfFocused(page: Page): Promise<string> {
  return page.locator(':focus').evaluate((node) => {
    const { outlineStyle, outlineWidth } = getComputedStyle(node)
    return `${outlineStyle} ${outlineWidth}`
  })
}

/** Runs in the page: the texts whose contrast with what is behind them is too low (WCAG 1.4.3). */
function textBelowContrast(least: number): string[] {
  const luminance = (color: string) => {
    const [red = 0, green = 0, blue = 0] = (color.match(/[\d.]+/g) ?? [])
      .slice(0, 3)
      .map((part) => {
        const share = Number(part) / 255
        return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
      })
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
  }
  const behind = (element: Element | null): string => {
    if (element === null) return 'rgb(255, 255, 255)'
    const { backgroundColor } = getComputedStyle(element)
    return /, 0\)$/.test(backgroundColor) ? behind(element.parentElement) : backgroundColor
  }
  const elements = [...document.body.querySelectorAll('*')].filter((element) =>
    [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent?.trim() !== ''),
  )
  const shown = elements.filter((element) => element.checkVisibility())
  return shown.flatMap((element) => {
    const pair = [luminance(getComputedStyle(element).color), luminance(behind(element))]
    const ratio = (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05)
    return ratio < least ? [`${element.textContent.trim()}: ${ratio.toFixed(2)}`] : []
  })
}
