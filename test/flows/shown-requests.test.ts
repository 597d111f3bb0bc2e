import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { contosoDirectory, startEmulator, type Emulator } from 'entrada/emulator'
import { entra } from 'entrada/express'
import type { PlatformRequestEvent } from '../../src/protocol/events.js'
import {
  ada,
  adaId,
  contosoId,
  startIdentityApp,
  tasksApiId,
  webAppId,
} from '../support/identity-app.js'
import { createUserAgent, signIn } from '../support/user-agent.js'

const name = 'entrada:platform-request'
const shown: PlatformRequestEvent[] = []
const note = (event: unknown) => void shown.push(event as PlatformRequestEvent) // what is published there

let emulator: Emulator

beforeAll(async () => {
  emulator = await startEmulator(contosoDirectory())
  subscribe(name, note)
})
afterAll(async () => {
  unsubscribe(name, note)
  await emulator.stop()
})

const tokenRequest = (grant: string, parameters: Record<string, string>) => ({
  type: 'platform-request',
  method: 'POST',
  url: `${emulator.origin}/${contosoId}/oauth2/v2.0/token`,
  parameters: { grant_type: grant, ...parameters },
  correlationId: expect.stringMatching(/^[\da-f-]{36}$/),
  status: 200,
  milliseconds: expect.any(Number),
})
const hidden = '[redacted]'

describe('R46 the diagnostics channel shows every request to the platform', () => {
  it('of an API, as the documents have it, without what proves who asks', async () => {
    const identity = entra({
      tenant: contosoId,
      clientId: tasksApiId,
      credential: { secret: 'tasks-api-secret-for-the-emulator-only' },
      authorityHost: emulator.origin,
      graphEndpoint: emulator.graphOrigin,
    })
    const scopes = ['access_as_user']
    const request = { resource: tasksApiId, client: webAppId, user: adaId, scopes }
    const token = await emulator.mintToken(request)
    shown.length = 0
    await identity.onBehalfOf(await identity.verifyToken(token)).graph.get('/me')
    const [metadata, keys, onBehalfOf, ...others] = shown
    expect([metadata, keys].map((one) => [one?.method, one?.url, one?.status])).toEqual([
      ['GET', `${emulator.authority}/v2.0/.well-known/openid-configuration`, 200],
      ['GET', `${emulator.authority}/discovery/v2.0/keys`, 200],
    ])
    expect(onBehalfOf).toEqual(
      tokenRequest('urn:ietf:params:oauth:grant-type:jwt-bearer', {
        client_id: tasksApiId,
        client_secret: hidden,
        assertion: hidden,
        requested_token_use: 'on_behalf_of',
        scope: 'https://graph.microsoft.com/.default',
      }),
    )
    expect(others).toEqual([]) // Microsoft Graph is another service
    expect(JSON.stringify(shown)).not.toContain(token.slice(-20))
  })

  it('of a web app, from the code to the refresh token', async () => {
    const app = await startIdentityApp(emulator, (routes, identity, answer) => {
      routes.use(identity.signIn({ scopes: ['User.Read'] }))
      routes.get(
        '/',
        identity.requireToken('Mail.Read'),
        answer(() => 'in'),
      )
    })
    shown.length = 0
    await signIn(createUserAgent(), app.at('/'), ada)
    await app.stop()
    const [redeemed] = shown.filter(({ parameters }) => 'code' in parameters)
    expect(redeemed).toEqual(
      tokenRequest('authorization_code', {
        client_id: webAppId,
        client_secret: hidden,
        client_info: '1',
        code: hidden,
        code_verifier: hidden,
        redirect_uri: app.at('/auth/callback'),
        scope: expect.stringContaining('User.Read') as unknown as string, // a matcher
      }),
    )
  })

  it('that was not answered', async () => {
    const identity = entra({
      tenant: contosoId,
      clientId: tasksApiId,
      credential: { secret: 'tasks-api-secret-for-the-emulator-only' },
      authorityHost: emulator.origin,
      fetch: () => Promise.reject(new TypeError('fetch failed')),
    })
    shown.length = 0
    await expect(identity.forApp().token()).rejects.toThrow(/unavailable/)
    expect(shown).toMatchObject([
      { status: undefined, parameters: { grant_type: 'client_credentials' } },
    ])
  })
})
