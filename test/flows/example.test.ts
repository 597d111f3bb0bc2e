import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { startEmulator, type Emulator } from '../../src/emulator/index.js'
import {
  configurationFor,
  startExample,
  tasksApiId,
  webAppId,
  type Example,
} from '../support/example.js'
import { plainFetch } from '../support/plain-fetch.js'
import { createUserAgent, signIn, type Page } from '../support/user-agent.js'

const ada = { user: 'ada@contoso.example' }
const adaId = '3f0b6a52-7c1e-4d0b-9b7a-2a6d5b8e1c11'
const daemonId = '8a2e4c6f-1b3d-4f59-b7a0-c5d3e1f90264'
const contosoId = '7d1c9a10-5a6e-4a1d-8f6c-0b2f5e9d3a77'
const graphAppId = '00000003-0000-0000-c000-000000000000'

let emulator: Emulator
let example: Example
let origin: string

beforeAll(async () => {
  emulator = await startEmulator()
  example = startExample(configurationFor(emulator))
  origin = await example.origin
})

afterAll(async () => {
  await emulator.stop()
  await example.stop()
})

// Everybody is asked for consent in every test, as on the first day.
beforeEach(() => {
  emulator.grants.clear()
  emulator.grants.grantDelegated({
    tenant: contosoId,
    client: tasksApiId,
    resource: graphAppId,
    user: 'everyone',
    scopes: ['User.Read'],
  })
  emulator.clearRequests()
})

afterEach(() => {
  emulator.faults.clear()
})

function headingOf({ html }: Page): string | undefined {
  return /<h1>(.*?)<\/h1>/s.exec(html)?.[1]
}

function isAsked({ url }: Page): boolean {
  return new URL(url).origin === emulator.origin
}

describe('the pages of the example', () => {
  it('shows the start page to everybody and asks to sign in where it says so', async () => {
    const agent = createUserAgent()
    const start = await agent.get(origin)
    expect([start.status, headingOf(start)]).toEqual([
      200,
      'Your tasks and your mail, with one sign-in',
    ])
    for (const path of ['/profile', '/inbox', '/tasks']) {
      expect([path, isAsked(await agent.get(origin + path))]).toEqual([path, true])
    }
  })

  it('shows the name that Graph knows and the claims of the ID token', async () => {
    const page = await signIn(createUserAgent(), `${origin}/profile`, ada)
    expect(page.url).toBe(`${origin}/profile`)
    expect(page.html).toMatch(/Name in Microsoft Graph<\/th>\s*<td>Ada Example</)
    expect(page.html).toMatch(new RegExp(`oid</th>\\s*<td>${adaId}<`))
  })

  it('asks for Mail.Read alone, and only when the inbox is opened', async () => {
    const agent = createUserAgent()
    await signIn(agent, `${origin}/profile`, ada)
    emulator.clearRequests()
    const asked = await agent.get(`${origin}/inbox`)
    expect(asked.html).toContain('Read your mail')
    expect(asked.html).not.toContain('Read your profile')

    const inbox = await agent.submit(asked, { button: { value: 'accept' } })
    expect([inbox.url, headingOf(inbox)]).toEqual([`${origin}/inbox`, 'Inbox'])
    expect(inbox.html).toContain('The quarterly figures')
    expect(headingOf(await agent.get(`${origin}/inbox`))).toBe('Inbox')
  })

  it('says so in its own style when the consent is declined, and the user stays signed in', async () => {
    const agent = createUserAgent()
    await signIn(agent, `${origin}/profile`, ada)
    const declined = await signIn(agent, `${origin}/inbox`, { ...ada, consent: 'decline' })
    expect([declined.status, headingOf(declined)]).toEqual([403, 'Permission not granted'])
    expect(declined.html).toContain('/style.css')
    expect(declined.html).not.toContain('not signed in')
    expect(headingOf(await agent.get(origin))).toBe('Hello, Ada Example')

    const [, again] = /href="([^"]+)"[^>]*>Try again</.exec(declined.html) ?? []
    const inbox = await signIn(agent, origin + String(again), ada)
    expect([inbox.url, headingOf(inbox)]).toEqual([`${origin}/inbox`, 'Inbox'])
  })

  it('shows an empty inbox to a user without a mailbox', async () => {
    const inbox = await signIn(createUserAgent(), `${origin}/inbox`, {
      user: 'ben@contoso.example',
    })
    expect([inbox.status, headingOf(inbox)]).toEqual([200, 'Inbox'])
    expect(inbox.html).toContain('no mail')
  })

  it('calls the API as the user, and the API calls Graph on behalf of the same user', async () => {
    const page = await signIn(createUserAgent(), `${origin}/tasks`, ada)
    expect([page.url, headingOf(page)]).toEqual([`${origin}/tasks`, 'Tasks of Ada Example'])

    const exchanges = emulator.requests.filter(
      ({ parameters }) =>
        parameters['grant_type'] === 'urn:ietf:params:oauth:grant-type:jwt-bearer',
    )
    expect(exchanges.map(({ status, parameters }) => ({ status, ...parameters }))).toEqual([
      expect.objectContaining({
        status: 200,
        client_id: tasksApiId,
        requested_token_use: 'on_behalf_of',
        scope: 'https://graph.microsoft.com/.default',
      }),
    ])
    const [call] = emulator.requests.filter(({ endpoint }) => endpoint === 'graph')
    expect(call).toMatchObject({
      path: '/v1.0/me',
      token: { aud: 'https://graph.microsoft.com', appid: tasksApiId, oid: adaId },
    })
  })

  it('shows a friendly page when the API cannot do its part, and no stack trace', async () => {
    const agent = createUserAgent()
    await signIn(agent, `${origin}/tasks`, ada)
    emulator.faults.set({ endpoint: 'graph', kind: 'status', status: 503, retryAfter: 60 })
    const page = await agent.get(`${origin}/tasks`)
    expect([page.status, headingOf(page)]).toEqual([503, 'Not available right now'])
    expect(page.headers.get('retry-after')).toBe('60')
    expect(page.html).toContain('ERR_ENTRA_API_REQUEST')
    expect(page.html).not.toMatch(/\bat .+\.js:\d+/)

    emulator.faults.clear()
    expect(headingOf(await agent.get(`${origin}/tasks`))).toBe('Tasks of Ada Example')
  })

  it('shows a page of its own for an address it does not know', async () => {
    const page = await createUserAgent().get(`${origin}/elsewhere`)
    expect([page.status, headingOf(page)]).toEqual([404, 'Page not found'])
  })

  it('signs out here and at the platform, comes back, and asks again', async () => {
    const agent = createUserAgent()
    const profile = await signIn(agent, `${origin}/profile`, ada)
    const farewell = await agent.submit(profile, { button: { text: 'Sign out' } })
    expect(farewell.url).toContain('/oauth2/v2.0/logout?')
    expect(farewell.html).toContain(`href="${origin}/"`)

    expect(headingOf(await agent.get(origin))).toBe('Your tasks and your mail, with one sign-in')
    expect((await agent.get(`${origin}/profile`)).html).toContain('Choose an account')
  })
})

describe('the API of the example', () => {
  const ask = async (path: string, token?: string) => {
    const answer = await plainFetch(origin + path, {
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    })
    const body: unknown = await answer.json()
    return { status: answer.status, challenge: answer.headers.get('www-authenticate'), body }
  }
  const user = { resource: tasksApiId, client: webAppId, user: adaId }
  const job = { resource: tasksApiId, client: daemonId }

  it('answers 401 and a bare Bearer without a token', async () => {
    for (const path of ['/api/tasks', '/api/report']) {
      expect(await ask(path)).toMatchObject({ status: 401, challenge: 'Bearer' })
    }
  })

  it('answers 403 and names the missing scope', async () => {
    const token = await emulator.mintToken({ ...user, scopes: ['access_as_user'] })
    const { status, challenge } = await ask('/api/tasks', token)
    expect(status).toBe(403)
    expect(challenge).toMatch(/^Bearer .*error="insufficient_scope"/)
    expect(challenge).toContain('scope="Tasks.Read"')
  })

  it('answers 401 to a token for another API', async () => {
    const token = await emulator.mintToken({ ...user, resource: graphAppId, scopes: ['User.Read'] })
    const { status, challenge } = await ask('/api/tasks', token)
    expect(status).toBe(401)
    expect(challenge).toContain('error="invalid_token"')
  })

  it('gives the report to a user with the scope and to a job with the permission', async () => {
    const forUser = await emulator.mintToken({ ...user, scopes: ['Tasks.Read'] })
    const forJob = await emulator.mintToken({ ...job, roles: ['Tasks.Read.All'] })
    expect(await ask('/api/report', forUser)).toMatchObject({
      status: 200,
      body: { open: 2, done: 1, for: 'user' },
    })
    expect(await ask('/api/report', forJob)).toMatchObject({
      status: 200,
      body: { open: 2, done: 1, for: 'app' },
    })
  })

  it('keeps the tasks of a user from a job, and the report from a job without permission', async () => {
    const permitted = await emulator.mintToken({ ...job, roles: ['Tasks.Read.All'] })
    expect(await ask('/api/tasks', permitted)).toMatchObject({ status: 403 })
    const plain = await emulator.mintToken(job)
    expect(await ask('/api/report', plain)).toMatchObject({ status: 401 })
  })
})
