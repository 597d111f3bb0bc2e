import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { contosoDirectory, startEmulator, type Directory, type Emulator } from 'entrada/emulator'
import {
  ada,
  adaId,
  contosoId,
  graphId,
  startIdentityApp,
  tasksApiId,
  webAppId,
  type IdentityApp,
} from '../support/identity-app.js'
import { formsOf } from '../support/forms.js'
import { createUserAgent, signIn, type Page, type UserAgent } from '../support/user-agent.js'

/*
 * The three examples that Microsoft's page "Scopes and permissions" gives for .default, run with
 * this library against the platform: what is granted, what is asked, and for what the token is.
 * https://learn.microsoft.com/entra/identity-platform/scopes-oidc#the-default-scope
 */

const graphDefault = 'https://graph.microsoft.com/.default'
const graphScope = (name: string) => `https://graph.microsoft.com/${name}`

let emulator: Emulator
let app: IdentityApp
let browser: UserAgent

async function start(directory: Directory = contosoDirectory()) {
  emulator = await startEmulator(directory)
  app = await startIdentityApp(emulator, (routes, identity, answer) => {
    routes.use(identity.signIn({ scopes: [graphDefault] }))
    routes.get(
      '/graph',
      identity.requireSignIn(),
      answer(async (request) => (await identity.forUser(request).token(graphDefault)).scopes),
    )
    routes.get(
      '/tasks',
      identity.requireSignIn(),
      answer(
        async (request) =>
          (await identity.forUser(request).token(`api://${tasksApiId}/.default`)).scopes,
      ),
    )
    routes.get(
      '/inbox',
      identity.requireToken(graphDefault, { needs: ['Mail.Read'] }),
      answer((request) => identity.forUser(request).graph.get('/me/messages')),
    )
    routes.get(
      '/calendar',
      identity.requireSignIn(),
      answer(
        async (request) =>
          (await identity.forUser(request).token(graphDefault, { needs: 'Calendars.Read' })).scopes,
      ),
    )
  })
}

beforeEach(() => {
  browser = createUserAgent()
})
afterEach(async () => {
  await app.stop()
  await emulator.stop()
})

function grant(...scopes: string[]) {
  emulator.grants.grantDelegated({
    tenant: contosoId,
    client: webAppId,
    resource: graphId,
    user: adaId,
    scopes,
  })
}

/** What every consent page on the way asked for, as the person reads it. */
async function visit(path: string): Promise<{ page: Page; asked: readonly string[] }> {
  let page = await browser.get(app.at(path))
  const asked: string[] = []
  for (let step = 0; step < 8; step += 1) {
    const buttons = formsOf(page.html).flatMap((form) => form.buttons)
    if (buttons.some(({ name }) => name === 'user')) {
      page = await browser.submit(page, { button: { name: 'user', text: ada.user } })
    } else if (buttons.some(({ name }) => name === 'decision')) {
      asked.push(page.html)
      page = await browser.submit(page, { button: { name: 'decision', value: 'accept' } })
    } else break
  }
  return { page, asked }
}

const scopesIn = (page: Page) => JSON.parse(page.html) as string[]
const authorizations = () =>
  emulator.requests
    .filter(({ endpoint }) => endpoint === 'authorize')
    .map(({ parameters }) => ({ scope: parameters['scope'], prompt: parameters['prompt'] }))
const tokenRequests = () => emulator.requests.filter(({ endpoint }) => endpoint === 'token')

describe('example 1: the user has granted permissions before', () => {
  it('R35 gives a token with exactly those, whatever the registration lists, and asks nothing', async () => {
    await start()
    grant('User.Read', 'Calendars.Read')
    const { page, asked } = await visit('/graph')
    expect(asked).toEqual([])
    expect(page).toMatchObject({ status: 200, url: app.at('/graph') })
    expect(
      scopesIn(page)
        .filter((scope) => scope.includes('/'))
        .sort(),
    ).toEqual([graphDefault, graphScope('Calendars.Read'), graphScope('User.Read')].sort())
    expect(authorizations()).toEqual([
      { scope: `openid profile offline_access ${graphDefault}`, prompt: undefined },
    ])
    expect(tokenRequests()).toHaveLength(1)
  })
})

describe('example 2: nothing has been granted yet', () => {
  it('R36 shows everything that is registered, of all APIs; the token is for the one asked for', async () => {
    await start()
    const { page, asked } = await visit('/graph')
    expect(asked).toHaveLength(1)
    expect(asked[0]).toContain('Read your mail')
    expect(asked[0]).toContain('Tasks API')
    const scopes = scopesIn(page).filter((scope) => scope.includes('/'))
    expect(scopes).toEqual(
      expect.arrayContaining([graphDefault, graphScope('Mail.Read'), graphScope('User.Read')]),
    )
    expect(scopes.every((scope) => scope.startsWith('https://graph.microsoft.com/'))).toBe(true)
  })

  it('R36 keeps it under that API alone: another one takes a token of its own, and no question', async () => {
    await start()
    await visit('/graph')
    emulator.clearRequests()
    const { page, asked } = await visit('/tasks')
    expect(asked).toEqual([])
    expect(scopesIn(page)).toContain(`api://${tasksApiId}/Tasks.Read`)
    expect(authorizations()).toEqual([])
    expect(tokenRequests().map(({ parameters }) => parameters['grant_type'])).toEqual([
      'refresh_token',
    ])
  })
})

describe('example 3: the registration lists more than was granted', () => {
  it('R34 R37 asks once more with prompt=consent, and then has what is needed', async () => {
    await start()
    grant('User.Read')
    await visit('/graph')
    emulator.clearRequests()
    const { page, asked } = await visit('/inbox')
    expect(page).toMatchObject({ status: 200, url: app.at('/inbox') })
    expect(page.html).toContain('The quarterly figures')
    expect(asked).toHaveLength(1)
    expect(asked[0]).toContain('Read your mail')
    expect(authorizations()).toEqual([
      { scope: `openid profile offline_access ${graphDefault}`, prompt: 'consent' },
    ])
  })

  it('finds without a question what an administrator has granted meanwhile', async () => {
    await start()
    grant('User.Read')
    await visit('/graph')
    grant('Mail.Read')
    emulator.clearRequests()
    const { page } = await visit('/inbox')
    expect(page.status).toBe(200)
    expect(authorizations()).toEqual([])
  })

  it('R37 refuses after that one time, for the rest of the session, and says why', async () => {
    await start()
    grant('User.Read')
    const first = await visit('/calendar')
    expect(first.asked).toHaveLength(1)
    expect(first.page.status).toBe(403)
    expect(first.page.html).toContain('Permission not granted')
    expect(authorizations().map(({ prompt }) => prompt)).toEqual([undefined, 'consent'])
    emulator.clearRequests()
    const again = await visit('/calendar')
    expect(again).toMatchObject({ asked: [], page: { status: 403 } })
    const program = await browser.xhr(app.at('/calendar'))
    expect(program.status).toBe(403)
    expect(JSON.parse(program.html)).toMatchObject({
      error: 'ERR_ENTRA_REQUEST_REFUSED',
      message: expect.stringContaining('https://graph.microsoft.com/Calendars.Read'),
    })
    expect(authorizations()).toEqual([])
    // Other needs, and the pages that need nothing more, are as they were.
    expect((await visit('/graph')).page.status).toBe(200)
    expect((await visit('/inbox')).page.status).toBe(200)
  })

  it('R37 stops at the user who declines', async () => {
    await start()
    grant('User.Read')
    await visit('/graph')
    emulator.clearRequests()
    const page = await signIn(browser, app.at('/inbox'), { ...ada, consent: 'decline' })
    expect(page.status).toBe(403)
    expect(page.html).toContain('AADSTS65004')
    expect(authorizations()).toHaveLength(1)
    expect((await visit('/graph')).page.status).toBe(200)
  })
})

describe('needs', () => {
  it.each([
    ['named scopes', ['Mail.Read', 'User.Read'], /belongs to \.default/],
    ['another API', [graphDefault, `api://${tasksApiId}/Tasks.Read`], /One token has one resource/],
    ['.default itself', [graphDefault, '.default'], /names no permission/],
  ] as const)('are refused at construction for %s', async (_title, [scope, needs], message) => {
    await start()
    expect(() => app.identity.requireToken(scope, { needs })).toThrow(message)
  })
})
