import { createBrowser } from '../../scripts/rigs/browser.js'

/** Signs somebody in with a browser of their own, as far as the page. */
export async function signIn({ port, login }) {
  const origin = `http://localhost:${port}`
  const browser = createBrowser()
  await browser.open(`${origin}${login}`)
  const { status, url } = await browser.open(`${origin}/page`)
  if (status !== 200 || !url.startsWith(`${origin}/page`)) {
    throw new Error(`Sign-in ended with ${status} at ${url}.`)
  }
  return { cookie: browser.cookieHeader(origin) }
}
