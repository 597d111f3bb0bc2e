import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { contosoDirectory, startEmulator, type Emulator } from 'entrada/emulator'
import { ada, adaId, contosoId, grace, webAppId } from '../support/identity-app.js'
import { serve, type LoopbackServer } from '../support/loopback-server.js'
import { createUserAgent, signIn, type UserAgent } from '../support/user-agent.js'
import { pageRoutes, webApps } from './web-app.js'

const clock = { now: Date.now() }
let emulator: Emulator

beforeAll(async () => {
  emulator = await startEmulator(contosoDirectory(), { now: () => clock.now })
})
afterAll(() => emulator.stop())

describe.each(webApps)('consent and claims challenges on $name', ({ mount }) => {
  let server: LoopbackServer
  let browser: UserAgent
  const at = (path: string) => `${server.origin}${path}`

  beforeEach(async () => {
    clock.now += 3_600_000
    browser = createUserAgent()
    emulator.grants.clear()
    server = await serve((request, response) => {
      listener(request, response)
    })
    const listener = mount({
      entra: {
        tenant: contosoId,
        clientId: webAppId,
        credential: { secret: 'web-app-secret-for-the-emulator-only' },
        authorityHost: emulator.origin,
        graphEndpoint: emulator.graphOrigin,
        baseUrl: server.origin,
        secret: 'a-secret-of-the-contract-tests-32-chars',
        clock: () => clock.now,
        clientCapabilities: ['cp1'],
      },
      signIn: { scopes: ['User.Read'] },
      adminConsent: { scopes: ['User.Read', 'Mail.Read'] },
    })
  })
  afterEach(async () => {
    emulator.conditionalAccess.clear()
    emulator.clearRequests()
    await server.stop()
  })

  it('R15 lets an administrator consent for everybody, whom nobody asks afterwards', async () => {
    const page = await signIn(browser, at('/auth/admin-consent'), grace)
    expect(page).toMatchObject({ status: 200 })
    expect(page.html).toContain('Permissions granted')
    const visitor = createUserAgent()
    const picker = await visitor.get(at(pageRoutes.inbox))
    const inbox = await visitor.submit(picker, { button: { name: 'user', text: ada.user } })
    expect(inbox).toMatchObject({ status: 200, url: at(pageRoutes.inbox) })
  })

  it('tells an administrator who declines that nothing was granted', async () => {
    const declined = { ...grace, consent: 'decline' } as const
    const page = await signIn(browser, at('/auth/admin-consent'), declined)
    expect(page.status).toBe(403)
    expect((await browser.get(page.url)).status).toBe(400)
  })

  it('T27 answers a claims challenge of Graph without the user', async () => {
    await signIn(browser, at(pageRoutes.inbox), ada)
    emulator.conditionalAccess.requireContext('c1')
    emulator.clearRequests()
    expect((await browser.get(at(pageRoutes.inbox))).status).toBe(200)
    expect((await browser.get(at(pageRoutes.inbox))).status).toBe(200)
    const graph = emulator.requests.filter(({ endpoint }) => endpoint === 'graph')
    expect(graph.map(({ status }) => status)).toEqual([401, 200, 200])
  })

  it('T27 sends the user to sign in, and back, when the session was revoked', async () => {
    await signIn(browser, at(pageRoutes.inbox), ada)
    clock.now += 60_000
    emulator.conditionalAccess.revokeSessions(adaId)
    const page = await signIn(browser, at(pageRoutes.inbox), ada)
    expect(page).toMatchObject({ status: 200, url: at(pageRoutes.inbox) })
  })
})
