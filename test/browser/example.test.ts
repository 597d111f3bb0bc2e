import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals'
import type { BrowserContext, Page } from 'playwright-core'
import { startEmulator, type Emulator } from '../../src/emulator/index.js'
import { describeWithChromium } from '../support/chromium.js'
import {
  configurationFor,
  startExample,
  tasksApiId,
  webAppId,
  type Example,
} from '../support/example.js'

const contosoId = '7d1c9a10-5a6e-4a1d-8f6c-0b2f5e9d3a77'
const graphAppId = '00000003-0000-0000-c000-000000000000'

describeWithChromium('the example in Chromium', (browser) => {
  let emulator: Emulator
  let example: Example
  let origin: string
  const contexts: BrowserContext[] = []
  /** What the browser refused or a page complained about. */
  const complaints: string[] = []

  beforeAll(async () => {
    emulator = await startEmulator()
    example = startExample(configurationFor(emulator))
    origin = await example.origin
  })

  beforeEach(() => {
    emulator.grants.clear()
    grant(tasksApiId, graphAppId, ['User.Read'])
    complaints.length = 0
  })

  afterEach(async () => {
    await Promise.all(contexts.splice(0).map((context) => context.close()))
    expect(complaints).toEqual([])
  })

  afterAll(async () => {
    await emulator.stop()
    await example.stop()
  })

  function grant(client: string, resource: string, scopes: string[]) {
    const everyone = { tenant: contosoId, user: 'everyone' } as const
    emulator.grants.grantDelegated({ ...everyone, client, resource, scopes })
  }

  async function newContext(): Promise<BrowserContext> {
    const context = await browser().newContext()
    contexts.push(context)
    context.setDefaultTimeout(10_000)
    context.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
    })
    context.on('weberror', (error) => complaints.push(String(error.error())))
    return context
  }

  async function newPage(): Promise<Page> {
    return (await newContext()).newPage()
  }

  const heading = (page: Page, name: string) => page.getByRole('heading', { name, level: 1 })

  async function pickAda(page: Page) {
    await page.getByRole('button', { name: 'Ada Example' }).click()
  }

  async function accept(page: Page) {
    await page.getByRole('button', { name: 'Accept' }).click()
  }

  it('signs in, reads mail after consent, calls the API, signs out, and asks again', async () => {
    const page = await newPage()
    await page.goto(origin)
    await page.getByRole('link', { name: 'Sign in' }).click()
    await pickAda(page)
    await accept(page)
    await heading(page, 'Hello, Ada Example').waitFor()

    await page.getByRole('navigation').getByRole('link', { name: 'Profile' }).click()
    await page.getByRole('row', { name: 'Name in Microsoft Graph Ada Example' }).waitFor()

    await page.getByRole('navigation').getByRole('link', { name: 'Inbox' }).click()
    await page.getByText('Read your mail').waitFor()
    await accept(page)
    await heading(page, 'Inbox').waitFor()
    await page.getByText('The quarterly figures').waitFor()

    await page.getByRole('navigation').getByRole('link', { name: 'Tasks' }).click()
    await page.getByText('Read your tasks').waitFor()
    await accept(page)
    await heading(page, 'Tasks of Ada Example').waitFor()

    const posted = page.waitForRequest((request) => request.url() === `${origin}/auth/logout`)
    await page.getByRole('button', { name: 'Sign out' }).click()
    expect((await posted).method()).toBe('POST')
    await page.waitForURL(`${origin}/`)
    await page.getByRole('link', { name: 'Sign in' }).waitFor()
    await page.goto(`${origin}/tasks`)
    await heading(page, 'Choose an account').waitFor()
  })

  it('signs in by keyboard alone, with the focus in sight at every stop', async () => {
    const page = await newPage()
    await page.goto(origin)
    await tabTo(page, 'Sign in')
    await page.keyboard.press('Enter')
    await heading(page, 'Choose an account').waitFor()
    await tabTo(page, 'Ada Example')
    await page.keyboard.press('Enter')
    await heading(page, 'Permissions requested').waitFor()
    await tabTo(page, 'Accept')
    await page.keyboard.press('Enter')
    await heading(page, 'Hello, Ada Example').waitFor()
    await tabTo(page, 'Tasks')
    await tabTo(page, 'Sign out')
    await page.keyboard.press('Enter')
    await page.getByRole('link', { name: 'Sign in' }).waitFor()
  })

  it('brings five tabs that sign in at once each to its own page, in any order', async () => {
    grant(webAppId, graphAppId, ['User.Read', 'Mail.Read'])
    grant(webAppId, tasksApiId, ['Tasks.Read'])
    const context = await newContext()
    const paths = ['/profile', '/inbox', '/tasks', '/profile?tab=4', '/inbox?tab=5']
    const tabs = await Promise.all(
      paths.map(async (path) => {
        const page = await context.newPage()
        await page.goto(origin + path)
        await heading(page, 'Choose an account').waitFor()
        return { page, path }
      }),
    )
    for (const index of [3, 0, 4, 2, 1]) {
      const tab = tabs[index]
      if (tab === undefined) throw new Error(`There is no tab ${index}.`)
      await pickAda(tab.page)
      await tab.page.waitForURL(origin + tab.path)
    }
    for (const { page, path } of tabs) {
      await page.reload()
      expect(page.url()).toBe(origin + path)
      await page.getByText('ada@contoso.example').first().waitFor()
    }
  })

  it('fits a phone without scrolling sideways, on every page', async () => {
    grant(webAppId, graphAppId, ['User.Read', 'Mail.Read'])
    grant(webAppId, tasksApiId, ['Tasks.Read'])
    const page = await newPage()
    await page.setViewportSize({ width: 320, height: 640 })
    await page.goto(`${origin}/profile`)
    await pickAda(page)
    for (const path of ['/', '/profile', '/inbox', '/tasks']) {
      await page.goto(origin + path)
      const overhang = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      )
      expect([path, overhang]).toEqual([path, 0])
    }
  })
})

/** Presses Tab until the focus is on what has this text; fails where the focus cannot be seen. */
async function tabTo(page: Page, text: string): Promise<void> {
  for (let pressed = 0; pressed < 20; pressed += 1) {
    await page.keyboard.press('Tab')
    const focus = await page.evaluate(() => {
      const element = document.activeElement ?? document.body
      const { outlineStyle, outlineWidth } = getComputedStyle(element)
      return {
        text: element.textContent,
        isSeen: outlineStyle !== 'none' && outlineWidth !== '0px',
      }
    })
    expect(focus).toMatchObject({ isSeen: true })
    if (focus.text.includes(text)) return
  }
  throw new Error(`The Tab key does not reach "${text}" on ${page.url()}.`)
}
