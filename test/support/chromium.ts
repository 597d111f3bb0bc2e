import { afterAll, beforeAll } from '@jest/globals'
import { chromium as playwright, type Browser } from 'playwright-core'
import { chromium, describeWithService } from './services.js'

/** A suite with one headless Chromium; make a context per test for cookies of its own. */
export function describeWithChromium(title: string, suite: (browser: () => Browser) => void): void {
  describeWithService(chromium, title, () => {
    let running: Browser | undefined

    beforeAll(async () => {
      running = await playwright.launch({ executablePath: chromium.executable, args: quietly })
    }, 60_000)

    afterAll(async () => {
      await running?.close()
    })

    suite(() => {
      if (running === undefined) throw new Error('Chromium runs within tests only.')
      return running
    })
  })
}

// --no-sandbox: containers of CI run as root, where Chromium refuses to start with its sandbox.
const quietly = [
  '--no-sandbox',
  '--disable-background-networking',
  '--disable-component-update',
  '--no-first-run',
]
