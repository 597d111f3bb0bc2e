import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import type { Account } from 'entrada'
import type { Emulator } from 'entrada/emulator'
import { createUserAgent, signIn } from '../support/user-agent.js'
import { ada } from './arrival.js'
import {
  adaId,
  contosoId,
  fabrikamId,
  startConsentedEmulator,
  startWebApp,
  type WebApp,
  type WebAppOptions,
} from './web-app.js'

let emulator: Emulator
const apps: WebApp[] = []

beforeAll(async () => {
  emulator = await startConsentedEmulator()
})
afterAll(() => emulator.stop())
afterEach(async () => {
  await Promise.all(apps.splice(0).map((app) => app.stop()))
  emulator.clearRequests()
})

async function start(options: WebAppOptions = {}): Promise<WebApp> {
  const app = await startWebApp(emulator, options)
  apps.push(app)
  return app
}

describe('who a user is', () => {
  it('L28 never asks UserInfo who somebody is, so nothing there can differ', async () => {
    const app = await start()
    await signIn(createUserAgent(), `${app.origin}/private`, ada)
    expect(emulator.requests.filter(({ endpoint }) => endpoint === 'graph')).toEqual([])
  })

  it('L32 knows a guest as another user than the same person at home', async () => {
    const atHome = await start()
    const asGuest = await start({ tenant: fabrikamId })
    const accountAt = async (app: WebApp) => {
      const { html } = await signIn(createUserAgent(), `${app.origin}/private`, ada)
      return (JSON.parse(html) as { account: Record<string, unknown> }).account
    }
    const [home, guest] = [await accountAt(atHome), await accountAt(asGuest)]
    expect(home).toMatchObject({ tenantId: contosoId, objectId: adaId })
    expect(guest).toMatchObject({
      tenantId: fabrikamId,
      objectId: 'c7d94e0a-2b58-4f16-8d3c-91a0e6b5f27d',
    })
    expect(guest['subject']).not.toBe(home['subject'])
  })

  it('R20 R32 knows the user by tenant and object id, the subject only for this app', async () => {
    const app = await start()
    const page = await signIn(createUserAgent(), `${app.origin}/private`, ada)
    const { account } = JSON.parse(page.html) as { account: Record<string, string> }
    expect(account).toMatchObject({
      tenantId: contosoId,
      objectId: adaId,
      homeAccountId: `${adaId}.${contosoId}`,
    })
    expect(account['subject']).toMatch(/^[\w-]{20,}$/)
    expect(account['subject']).not.toBe(adaId)
  })

  it('S13 the claims tell about the user, not about the token that was checked', async () => {
    const app = await start()
    const page = await signIn(createUserAgent(), `${app.origin}/private`, ada)
    const { claims } = (JSON.parse(page.html) as { account: Account }).account
    expect(claims).toMatchObject({ tid: contosoId, oid: adaId, name: 'Ada Example' })
    const left = ['iss', 'aud', 'iat', 'nbf', 'exp', 'nonce', 'ver', 'aio', 'rh']
    expect(Object.keys(claims).filter((name) => left.includes(name))).toEqual([])
  })
})
