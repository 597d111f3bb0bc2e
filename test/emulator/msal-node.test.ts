import {
  ConfidentialClientApplication,
  type Configuration,
  type INetworkModule,
  type NetworkRequestOptions,
} from '@azure/msal-node'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { contosoDirectory, type Emulator } from '../../src/emulator/index.js'
import { createClientCertificate, type ClientCertificate } from './client-certificate.js'
import {
  ada,
  callback,
  claimsOf,
  contoso,
  daemon,
  daemonSecret,
  graph,
  pkce,
  start,
  stopAll,
  tasksApi,
  tasksApiSecret,
  webApp,
  webAppSecret,
} from './contoso.js'

// MSAL insists on https. What it lets one choose is who sends its requests, so the emulator goes by a
// public name and this client takes the requests for that name to where it listens.
function networkTo({ origin, listening }: Emulator): INetworkModule {
  async function send(url: string, method: string, options: NetworkRequestOptions = {}) {
    if (!url.startsWith(`${origin}/`)) throw new Error(`MSAL asked ${url}.`)
    const answer = await fetch(listening + url.slice(origin.length), {
      method,
      headers: new Headers(options.headers),
      ...(options.body !== undefined && { body: options.body }),
    })
    const body: unknown = await answer.json()
    return { status: answer.status, headers: Object.fromEntries(answer.headers), body }
  }
  return {
    // What the answer's body is, MSAL's caller says and MSAL checks.
    sendGetRequestAsync: ((url, options) =>
      send(url, 'GET', options)) as INetworkModule['sendGetRequestAsync'],
    sendPostRequestAsync: ((url, options) =>
      send(url, 'POST', options)) as INetworkModule['sendPostRequestAsync'],
  }
}

// In full, as the platform's answer names it and MSAL then looks for it.
const userRead = 'https://graph.microsoft.com/User.Read'

let certificate: ClientCertificate
const running = new Map<string, Emulator>()

beforeAll(async () => {
  certificate = await createClientCertificate('daemon')
  const directory = contosoDirectory()
  const application = directory.applications.find(({ appId }) => appId === daemon)
  if (application !== undefined) application.certificates = [certificate.pem]
  for (const publicOrigin of [
    'https://login.microsoftonline.com',
    'https://login.contoso.example',
  ]) {
    running.set(publicOrigin, await start(directory, { publicOrigin }))
  }
})
afterAll(stopAll)

describe.each(['https://login.microsoftonline.com', 'https://login.contoso.example'])(
  'msal-node, which knows nothing of the emulator, at %s',
  (publicOrigin) => {
    let emulator: Emulator
    beforeEach(() => {
      const found = running.get(publicOrigin)
      if (found === undefined) throw new Error('The emulator was not started.')
      emulator = found
    })

    const clientFor = (clientId: string, credential: Partial<Configuration['auth']>) =>
      new ConfidentialClientApplication({
        auth: {
          clientId,
          authority: `${publicOrigin}/${contoso}`,
          knownAuthorities: [new URL(publicOrigin).host],
          ...credential,
        },
        system: { networkClient: networkTo(emulator) },
      })

    async function signedIn(scopes: string[]) {
      const msal = clientFor(webApp, { clientSecret: webAppSecret })
      const { verifier, challenge } = pkce()
      const asked = { scopes, redirectUri: callback }
      const url = await msal.getAuthCodeUrl({
        ...asked,
        codeChallenge: challenge,
        codeChallengeMethod: 'S256',
      })
      const answer = await emulator.answerSignIn(url, { user: ada })
      const code = new URL(answer.url).searchParams.get('code') ?? ''
      return {
        msal,
        result: await msal.acquireTokenByCode({ ...asked, code, codeVerifier: verifier }),
      }
    }

    it('signs in, answers from its cache, and refreshes without the user', async () => {
      const { msal, result } = await signedIn([userRead])
      const { account } = result
      if (account === null) throw new Error('MSAL has no account.')
      expect(account).toMatchObject({
        homeAccountId: `${ada}.${contoso}`,
        tenantId: contoso,
        username: 'ada@contoso.example',
      })
      expect(claimsOf(result.accessToken).aud).toBe('https://graph.microsoft.com')
      const cached = await msal.acquireTokenSilent({ account, scopes: [userRead] })
      expect(cached).toMatchObject({ fromCache: true, accessToken: result.accessToken })
      const renewed = await msal.acquireTokenSilent({
        account,
        scopes: [userRead],
        forceRefresh: true,
      })
      expect(renewed).toMatchObject({ fromCache: false })
      expect(renewed.accessToken).not.toBe(result.accessToken)
    })

    it('finds what .default was granted in its cache', async () => {
      const scope = 'https://graph.microsoft.com/.default'
      const { msal, result } = await signedIn([scope])
      const { account } = result
      if (account === null) throw new Error('MSAL has no account.')
      const cached = await msal.acquireTokenSilent({ account, scopes: [scope] })
      expect(cached.fromCache).toBe(true)
    })

    it('exchanges on behalf of a user', async () => {
      const msal = clientFor(tasksApi, { clientSecret: tasksApiSecret })
      const oboAssertion = await emulator.mintToken({ resource: tasksApi, user: ada })
      const result = await msal.acquireTokenOnBehalfOf({
        oboAssertion,
        scopes: ['https://graph.microsoft.com/User.Read'],
      })
      expect(claimsOf(result?.accessToken)).toMatchObject({ oid: ada, appid: tasksApi })
    })

    it.each(['secret', 'certificate'] as const)('gets app tokens with a %s', async (kind) => {
      const msal = clientFor(
        daemon,
        kind === 'secret'
          ? { clientSecret: daemonSecret }
          : {
              clientCertificate: {
                thumbprintSha256: Buffer.from(certificate.sha256, 'base64url').toString('hex'),
                privateKey: certificate.privateKeyPem,
              },
            },
      )
      const result = await msal.acquireTokenByClientCredential({
        scopes: [`api://${tasksApi}/.default`],
      })
      expect(claimsOf(result?.accessToken)).toMatchObject({
        roles: ['Tasks.Read.All'],
        azpacr: kind === 'secret' ? '1' : '2',
      })
    })

    it('understands that the user has to come, and which claims to bring', async () => {
      const msal = clientFor(tasksApi, { clientSecret: tasksApiSecret })
      const oboAssertion = await emulator.mintToken({ resource: tasksApi, user: ada })
      emulator.conditionalAccess.requireMfa({ resource: graph })
      const failing = msal.acquireTokenOnBehalfOf({ oboAssertion, scopes: ['User.Read'] })
      await expect(failing).rejects.toMatchObject({
        name: 'InteractionRequiredAuthError',
        errorCode: 'interaction_required',
        subError: 'basic_action',
        claims: expect.stringContaining('polids'),
      })
      emulator.conditionalAccess.clear()
    })
  },
)
