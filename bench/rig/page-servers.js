import { allPeers } from '../peers/index.js'
import { signIn } from './browser-sign-in.js'
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
