import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { startExample, webAppId, type Example } from '../support/example.js'
import { adaId } from '../support/identity-app.js'
import { plainFetch } from '../support/plain-fetch.js'
import { createUserAgent, signIn } from '../support/user-agent.js'

const folder = fileURLToPath(new URL('../../examples/hono-app', import.meta.url))
const ada = { user: 'ada@contoso.example' }

describe('node examples/hono-app/start.js', () => {
  let example: Example
  let origin: string

  beforeAll(async () => {
    example = startExample({}, folder)
    origin = await example.origin
  })
  afterAll(() => example.stop())

  it('signs a user in, shows mail after consent, and signs out', async () => {
    const browser = createUserAgent()
    expect((await browser.get(`${origin}/`)).html).toContain('Nobody is signed in.')
    const inbox = await signIn(browser, `${origin}/inbox`, ada)
    expect([inbox.status, inbox.url]).toEqual([200, `${origin}/inbox`])
    expect(inbox.html).toContain('<li>The quarterly figures</li>')

    const home = await browser.get(`${origin}/`)
    expect(home.html).toContain('Signed in as Ada Example')
    await browser.submit(home, { button: { text: 'Sign out' } })
    expect((await browser.get(`${origin}/`)).html).toContain('Nobody is signed in.')
  })

  it('calls its API as the user, and the API calls Graph on behalf of the same user', async () => {
    const page = await signIn(createUserAgent(), `${origin}/me`, ada)
    expect(JSON.parse(page.html)).toEqual({
      caller: adaId,
      through: webAppId,
      name: 'Ada Example',
    })
  })

  it('answers a program without a token with a challenge', async () => {
    const answer = await plainFetch(`${origin}/api/me`)
    expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, 'Bearer'])
  })
})
