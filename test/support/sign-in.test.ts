import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { startEmulator, type Emulator } from '../../src/emulator/index.js'
import { echo, echoOf } from './echo.js'
import { serve, type LoopbackServer } from './loopback-server.js'
import { createUserAgent, signIn } from './user-agent.js'

describe('signIn', () => {
  const webAppId = '5e7f2d91-6b3a-4e88-a1c4-9d0b8f7e6a52'
  const authority = 'https://login.microsoftonline.us/7d1c9a10-5a6e-4a1d-8f6c-0b2f5e9d3a77'
  let app: LoopbackServer
  let emulator: Emulator

  beforeEach(async () => {
    app = await serve(echo)
    emulator = await startEmulator(undefined, { publicOrigin: new URL(authority).origin })
  })

  afterEach(async () => {
    await emulator.stop()
    await app.stop()
  })

  async function signInAs(answers: Parameters<typeof signIn>[2], responseMode = 'query') {
    const agent = createUserAgent({ map: { 'login.microsoftonline.us': emulator.listening } })
    const query = new URLSearchParams({
      client_id: webAppId,
      response_type: 'code',
      response_mode: responseMode,
      redirect_uri: `${app.origin}/auth/callback`,
      scope: 'openid User.Read',
      state: 'the-state',
      nonce: 'the-nonce',
    })
    const page = await signIn(
      agent,
      `${authority}/oauth2/v2.0/authorize?${query.toString()}`,
      answers,
    )
    return echoOf(page)
  }

  it('goes through account picker and consent of the emulator to the application', async () => {
    const { method, url } = await signInAs({ user: 'ada@contoso.example' })
    expect(method).toBe('GET')
    expect(url).toMatch(/^\/auth\/callback\?.*code=.+/)
  })

  it('goes through the page of form_post as well', async () => {
    const { method, body } = await signInAs({ user: 'ada@contoso.example' }, 'form_post')
    expect(method).toBe('POST')
    expect(new URLSearchParams(body).get('state')).toBe('the-state')
  })

  it('declines when told to', async () => {
    const { url } = await signInAs({ user: 'ada@contoso.example', consent: 'decline' })
    expect(url).toContain('error=access_denied')
  })

  it('consents for the organization when told to', async () => {
    await signInAs({ user: 'grace@contoso.example', organization: true })
    expect(emulator.grants.list().delegated).toContainEqual(
      expect.objectContaining({ client: webAppId, user: 'everyone' }),
    )
  })

  it('names the accounts there are when the wanted one is not among them', async () => {
    await expect(signInAs({ user: 'nobody@contoso.example' })).rejects.toThrow(/Ada Example/)
  })
})
