import * as client from 'openid-client'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { contosoDirectory, type Emulator } from '../../src/emulator/index.js'
import { signIn } from '../support/user-agent.js'
import { createClientCertificate, type ClientCertificate } from './client-certificate.js'
import {
  ada,
  browser,
  callback,
  claimsOf,
  daemon,
  daemonSecret,
  graph,
  onBehalfOf,
  start,
  stopAll,
  tasksApi,
  tasksApiSecret,
  webApp,
  webAppSecret,
} from './contoso.js'

let emulator: Emulator
let certificate: ClientCertificate
beforeAll(async () => {
  certificate = await createClientCertificate('daemon')
  const directory = contosoDirectory()
  const application = directory.applications.find(({ appId }) => appId === daemon)
  if (application !== undefined) application.certificates = [certificate.pem]
  emulator = await start(directory)
})
afterAll(stopAll)

async function configuration(
  clientId: string,
  authentication: client.ClientAuth,
): Promise<client.Configuration> {
  return client.discovery(
    new URL(`${emulator.authority}/v2.0`),
    clientId,
    undefined,
    authentication,
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- the emulator speaks http
    { execute: [client.allowInsecureRequests, client.enableNonRepudiationChecks] },
  )
}

async function signedIn(config: client.Configuration, scope: string) {
  const verifier = client.randomPKCECodeVerifier()
  const [state, nonce] = [client.randomState(), client.randomNonce()]
  const url = client.buildAuthorizationUrl(config, {
    redirect_uri: callback,
    scope,
    state,
    nonce,
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  })
  const page = await signIn(browser(), url.href, { user: 'ada@contoso.example' })
  const checks = { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce }
  const oneApi = { scope: 'openid offline_access User.Read' }
  return client.authorizationCodeGrant(config, new URL(page.url), checks, oneApi)
}

describe('openid-client, which knows nothing of the emulator', () => {
  const scope = `openid profile offline_access User.Read api://${tasksApi}/Tasks.Read`

  it('discovers, signs in through the pages and validates the ID token', async () => {
    const config = await configuration(webApp, client.ClientSecretPost(webAppSecret))
    const tokens = await signedIn(config, scope)
    expect(tokens.claims()).toMatchObject({ oid: ada, preferred_username: 'ada@contoso.example' })
    expect(tokens.refresh_token).toBeDefined()
    const userinfo = await client.fetchUserInfo(
      config,
      tokens.access_token,
      String(tokens.claims()?.sub),
    )
    expect(userinfo.name).toBe('Ada Example')
  })

  it('refreshes for two APIs, one after the other', async () => {
    const config = await configuration(webApp, client.ClientSecretBasic(webAppSecret))
    const { refresh_token: token = '' } = await signedIn(config, scope)
    const forGraph = await client.refreshTokenGrant(config, token, { scope: 'User.Read' })
    const forTasks = await client.refreshTokenGrant(config, token, {
      scope: `api://${tasksApi}/Tasks.Read`,
    })
    expect(claimsOf(forGraph.access_token).aud).toBe(graph)
    expect(claimsOf(forTasks.access_token).aud).toBe(tasksApi)
  })

  it('gets app tokens with a secret', async () => {
    const config = await configuration(daemon, client.ClientSecretPost(daemonSecret))
    const { access_token: token } = await client.clientCredentialsGrant(config, {
      scope: `api://${tasksApi}/.default`,
    })
    expect(claimsOf(token)).toMatchObject({ roles: ['Tasks.Read.All'], azpacr: '1' })
  })

  it.each(['PS256', 'RS256'] as const)(
    'gets app tokens with a certificate (%s)',
    async (algorithm) => {
      const key = await certificate.privateKey(algorithm)
      const authentication = client.PrivateKeyJwt(key, {
        [client.modifyAssertion]: (header, payload) => {
          if (algorithm === 'PS256') header['x5t#S256'] = certificate.sha256
          else header.x5t = certificate.sha1
          payload.aud = `${emulator.authority}/oauth2/v2.0/token`
        },
      })
      const config = await configuration(daemon, authentication)
      const { access_token: token } = await client.clientCredentialsGrant(config, {
        scope: `api://${tasksApi}/.default`,
      })
      expect(claimsOf(token)).toMatchObject({ roles: ['Tasks.Read.All'], azpacr: '2' })
    },
  )

  it('exchanges on behalf of a user, down to Microsoft Graph', async () => {
    const config = await configuration(tasksApi, client.ClientSecretPost(tasksApiSecret))
    const assertion = await emulator.mintToken({ resource: tasksApi, user: ada })
    const { access_token: token } = await client.genericGrantRequest(config, onBehalfOf, {
      assertion,
      requested_token_use: 'on_behalf_of',
      scope: 'https://graph.microsoft.com/.default',
    })
    const me = await fetch(`${emulator.graphOrigin}/v1.0/me`, {
      headers: { authorization: `Bearer ${token}` },
    })
    expect(await me.json()).toMatchObject({ displayName: 'Ada Example' })
  })

  it('reads the platform’s errors', async () => {
    const config = await configuration(daemon, client.ClientSecretPost('wrong'))
    const failing = client.clientCredentialsGrant(config, { scope: `api://${tasksApi}/.default` })
    await expect(failing).rejects.toMatchObject({
      error: 'invalid_client',
      status: 401,
      cause: { error_codes: [7000215] },
    })
  })
})
