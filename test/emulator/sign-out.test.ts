import { afterAll, beforeEach, describe, expect, it } from '@jest/globals'
import { contosoDirectory, type Emulator } from '../../src/emulator/index.js'
import {
  authorize,
  authorizeUrl,
  browser,
  callback,
  claimsOf,
  redeem,
  start,
  stopAll,
  webApp,
} from './contoso.js'

const logoutUrl = 'http://localhost:4999/auth/front-channel-logout'

let emulator: Emulator
beforeEach(async () => {
  await stopAll()
  const directory = contosoDirectory()
  const web = directory.applications.find(({ appId }) => appId === webApp)
  if (web !== undefined) web.logoutUrl = logoutUrl
  emulator = await start(directory)
})
afterAll(stopAll)

function url(parameters: Record<string, string> = {}): string {
  const query = new URLSearchParams(parameters).toString()
  return `${emulator.authority}/oauth2/v2.0/logout?${query}`
}

const framesOf = (html: string) =>
  [...html.matchAll(/<iframe src="([^"]+)"/g)].map(([, address]) => address)

describe('sign-out', () => {
  it('ends single sign-on and tells the application by sid alone, without iss', async () => {
    const agent = browser()
    const { answer } = await authorize(emulator, { agent })
    const page = await agent.get(url())
    expect(framesOf(page.html)).toEqual([`${logoutUrl}?sid=${String(answer.get('session_state'))}`])
    expect(page.headers.get('content-security-policy')).toContain('frame-src http://localhost:4999')
    const [frame] = await agent.loadFrames(page)
    expect(frame?.status).toBe(200)
    const again = await agent.get(authorizeUrl(emulator))
    expect(again.html).toContain('Choose an account')
    expect(framesOf((await agent.get(url())).html)).toEqual([])
  })

  it('goes on to a registered address only, with the state', async () => {
    const agent = browser()
    const on = await agent.get(url({ post_logout_redirect_uri: callback, state: 'bye' }))
    expect(on.html).toContain(`href="${callback}?state=bye"`)
    const evil = await agent.get(url({ post_logout_redirect_uri: 'https://evil.example/' }))
    expect(evil.status).toBe(200)
    expect(evil.html).not.toContain('evil.example')
  })

  it('asks which account when there are several, unless logout_hint says so', async () => {
    const agent = browser()
    const { answer } = await authorize(emulator, { agent })
    const { body } = await redeem(emulator, answer.get('code'))
    const parameters = { prompt: 'select_account' }
    const grace = await authorize(emulator, { agent, user: 'grace@contoso.example', parameters })
    const asked = await agent.get(url({ post_logout_redirect_uri: callback }))
    expect(asked.html).toContain('Choose an account')
    const hint = String(claimsOf(body.id_token).login_hint)
    const hinted = await agent.get(url({ logout_hint: hint }))
    expect(framesOf(hinted.html)).toEqual([
      `${logoutUrl}?sid=${String(answer.get('session_state'))}`,
    ])
    const remaining = await agent.get(authorizeUrl(emulator))
    const { searchParams } = new URL(remaining.url)
    expect(searchParams.get('session_state')).toBe(grace.answer.get('session_state'))
  })

  it('on the picker signs out the chosen account and keeps the way back', async () => {
    const agent = browser()
    await authorize(emulator, { agent })
    const parameters = { prompt: 'select_account' }
    const grace = await authorize(emulator, { agent, user: 'grace@contoso.example', parameters })
    const picker = await agent.get(url({ post_logout_redirect_uri: callback, state: 'bye' }))
    const page = await agent.submit(picker, { button: { name: 'user', text: 'Grace' } })
    expect(framesOf(page.html)).toEqual([
      `${logoutUrl}?sid=${String(grace.answer.get('session_state'))}`,
    ])
    expect(page.html).toContain(`href="${callback}?state=bye"`)
  })
})
