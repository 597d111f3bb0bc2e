import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { startEmulator, type Emulator } from 'entrada/emulator'
import { createUserAgent, signIn, type Page, type UserAgent } from '../support/user-agent.js'
import { ada } from './arrival.js'
import {
  consentedDirectory,
  startWebApp,
  webAppId,
  type WebApp,
  type WebAppOptions,
} from './web-app.js'

const home = 'https://app.contoso.example'
let emulator: Emulator
const apps: WebApp[] = []

beforeAll(async () => {
  const directory = consentedDirectory()
  const app = directory.applications.find(({ appId }) => appId === webAppId)
  app?.redirectUris.push(`${home}/auth/callback`)
  emulator = await startEmulator(directory)
})
afterAll(() => emulator.stop())
afterEach(async () => {
  await Promise.all(apps.splice(0).map((app) => app.stop()))
  emulator.clearRequests()
})

const formPost = {
  scopes: 'User.Read',
  responseMode: 'form_post',
  keepSession: ['basket'],
} as const

/** An app on another site than the emulator, and a browser that keeps Lax cookies from a foreign form. */
async function start(options: WebAppOptions = {}) {
  const app = await startWebApp(emulator, { baseUrls: [home], signIn: formPost, ...options })
  apps.push(app)
  return createUserAgent({ map: { [new URL(home).host]: app.origin } })
}

const tokenCalls = () => emulator.requests.filter(({ endpoint }) => endpoint === 'token').length
const contentSeenBy = async (agent: UserAgent) =>
  (JSON.parse((await agent.get(`${home}/session`)).html) as { content: Record<string, unknown> })
    .content
const arrivalCookies = (agent: UserAgent) =>
  agent.cookies.all().filter(({ name }) => name.includes('entrada-arrival'))

/** The page with which Entra posts its answer, before it does so. */
async function postingPage(agent: UserAgent, path = '/private'): Promise<Page> {
  const picker = await agent.get(home + path)
  return agent.submit(picker, { button: { name: 'user', text: ada.user } })
}

describe('a response that another site posts', () => {
  it('L18 completes in the session it began in, which gets a new id and keeps what is named', async () => {
    const agent = await start()
    await agent.get(`${home}/remember?basket=apples&isAdmin=true`)
    const before = agent.cookies.valueOf(home, 'connect.sid')
    const page = await signIn(agent, `${home}/private`, ada)
    expect([page.status, page.url]).toEqual([200, `${home}/private`])
    const content = await contentSeenBy(agent)
    expect([content['basket'], content['isAdmin']]).toEqual(['apples', undefined])
    expect(agent.cookies.valueOf(home, 'connect.sid')).not.toBe(before)
    expect(tokenCalls()).toBe(1)
  })

  it('L18 S03 keeps everything of a user who is sent away for more', async () => {
    const agent = await start()
    await signIn(agent, `${home}/private`, ada)
    await agent.get(`${home}/remember?draft=letter`)
    await signIn(agent, `${home}/auth/login`, ada)
    expect((await contentSeenBy(agent))['draft']).toBe('letter')
  })

  it('L18 completes in a cookie session of ours as well', async () => {
    const agent = await start({ signIn: { ...formPost, session: 'cookie' } })
    expect((await signIn(agent, `${home}/private?x=1`, ada)).url).toBe(`${home}/private?x=1`)
  })

  it('the code is in no address, and no cookie of the way stays', async () => {
    const agent = await start()
    await signIn(agent, `${home}/private`, ada)
    const ours = agent.history.filter(({ url }) => url.startsWith(home))
    expect(ours.filter(({ url }) => url.includes('code=')).map(({ url }) => url)).toEqual([])
    const way = ours.flatMap(({ headers }) => headers.getSetCookie())
    const arrival = way.filter((one) => one.startsWith('__Host-entrada-arrival-'))
    expect(arrival[0]).toMatch(/; Path=\/; Max-Age=60; HttpOnly; SameSite=Lax; Secure$/)
    expect(arrival.at(-1)).toContain('Max-Age=0')
    expect(arrivalCookies(agent)).toEqual([])
  })

  it('L09 posted once more by the back button leads to the page it led to', async () => {
    const agent = await start()
    const posting = await postingPage(agent, '/private?x=1')
    expect((await agent.submitFormPost(posting)).url).toBe(`${home}/private?x=1`)
    const again = await agent.submitFormPost(posting)
    expect([again.url, again.status]).toEqual([`${home}/private?x=1`, 200])
    expect(tokenCalls()).toBe(1)
  })

  it('L03 of a sign-in that this browser never began signs nobody in and leaves no cookie', async () => {
    const attacker = await start()
    const posting = await postingPage(attacker)
    const app = apps[0]?.origin ?? ''
    const victim = createUserAgent({ map: { [new URL(home).host]: app } })
    const page = await victim.submitFormPost(posting)
    expect([page.status, tokenCalls()]).toEqual([400, 0])
    expect(arrivalCookies(victim)).toEqual([])
  })

  it('L14 that is an error shows its page, and the sign-in is over', async () => {
    const agent = await start({ signIn: { ...formPost, forwardParameters: ['prompt'] } })
    const consent = await agent.submit(await agent.get(`${home}/auth/login?prompt=consent`), {
      button: { name: 'user', text: ada.user },
    })
    const posting = await agent.submit(consent, { button: { name: 'decision', value: 'decline' } })
    const page = await agent.submitFormPost(posting)
    expect([page.status, page.html.includes('Permission not granted')]).toEqual([403, true])
    expect(arrivalCookies(agent)).toEqual([])
  })

  it('S05 a handed-over response that was moved to another sign-in is none', async () => {
    const agent = await start()
    const posting = await postingPage(agent)
    const form = new URLSearchParams(
      [...posting.html.matchAll(/name="(\w+)" value="([^"]*)"/g)].map(
        ([, name = '', value = '']) => [name, value],
      ),
    )
    const posted = await agent.step(`${home}/auth/callback`, {
      method: 'POST',
      body: form.toString(),
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      from: posting,
    })
    const [cookie = ''] = posted.headers.getSetCookie()
    const value = /=([^;]*)/.exec(cookie)?.[1] ?? ''
    const other = new URL((await agent.step(`${home}/private`)).location ?? '').searchParams
    const state = other.get('state') ?? ''
    agent.cookies.store(new URL(home), [
      `__Host-entrada-arrival-${state.slice(0, 12)}.${webAppId.slice(0, 8)}=${value}; Path=/; Secure`,
    ])
    expect((await agent.step(`${home}/auth/callback?state=${state}`)).status).toBe(400)
    expect(tokenCalls()).toBe(0)
  })
})
