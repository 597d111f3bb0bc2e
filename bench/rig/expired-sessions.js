// Requests at the same moment with one session whose access token has expired, at an app that renews
// it: everything through the app's HTTP, and a user who has signed in.
import { createServer } from 'node:http'
import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { signIn } from './browser-sign-in.js'

/**
 * @param {object} platform
 * @param {{ login: string, createApp: (platform: object, baseUrl: string) => Function }} peer An app
 *   whose `/page` needs a user and whose `/token` answers when it has a token that is valid.
 */
export async function expiredSession(platform, { login, createApp }) {
  let listener
  const server = createServer((request, response) => listener(request, response))
  server.listen(0, 'localhost')
  await once(server, 'listening')
  const { port } = server.address()
  const baseUrl = `http://localhost:${port}`
  listener = await createApp(platform, baseUrl)

  platform.behaviour.expiresIn = 1
  const { cookie } = await signIn({ port, login })
  platform.behaviour.expiresIn = 3_600
  await pause(1_200)

  return {
    async ask() {
      const response = await fetch(`${baseUrl}/token`, { headers: { cookie } })
      const text = await response.text()
      if (!response.ok) throw new Error(`${response.status} ${text.slice(0, 200)}`)
    },
    async stop() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
