import { allPeers } from '../peers/index.js'
import { createBrowser } from '../../scripts/rigs/browser.js'
import { pageApps } from './pages.js'
import { startProcess } from './processes.js'
import { toldOf } from './told-platform.js'

/** Starts a server for every form of session, and signs somebody in at each. */
export async function startPageServers(platform, problem) {
  const servers = []
  const wanted = Object.keys(pageApps).map((form) => ({ form, name: form, login: '/login' }))
  for (const { id, name, pages, login } of await allPeers()) {
    for (const form of Object.keys(pages ?? {})) {
      wanted.push({ peer: id, form, name: `${name}, ${form}`, login })
    }
  }
  for (const { peer, form, name, login } of wanted) {
    let server
    try {
      const told = { peer, form, platform: toldOf(platform) }
      server = { ...(await startProcess('page-server.js', told)), name, login, peer }
      server.cookie = (await signIn(server)).cookie
      servers.push(server)
    } catch (error) {
      await server?.stop()
      problem(`${name}: ${error.message}`)
    }
  }
  return servers
}

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
