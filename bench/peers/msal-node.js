import * as msal from '@azure/msal-node'
import { randomUUID } from 'node:crypto'
import { opaqueToken, tenant, webApp } from '../rig/tokens.js'

const authority = `https://login.microsoftonline.com/${tenant}`
const scopes = ['https://graph.microsoft.com/User.Read']

/** A client whose platform answers in this process. */
export function clientWith(answer) {
  const json = (body, status = 200) => ({ headers: {}, body, status })
  return new msal.ConfidentialClientApplication({
    auth: { clientId: webApp, authority, clientSecret: 'secret' },
    system: {
      networkClient: {
        sendGetRequestAsync: async (url) => json(documentAt(url)),
        sendPostRequestAsync: async (_url, { body }) => {
          const { status, ...content } = await answer(new URLSearchParams(body))
          return json(content, status)
        },
      },
    },
  })
}

function documentAt(url) {
  if (url.includes('/discovery/instance')) {
    return {
      tenant_discovery_endpoint: `${authority}/v2.0/.well-known/openid-configuration`,
      metadata: [
        {
          preferred_network: 'login.microsoftonline.com',
          preferred_cache: 'login.windows.net',
          aliases: ['login.microsoftonline.com', 'login.windows.net'],
        },
      ],
    }
  }
  return {
    issuer: `${authority}/v2.0`,
    authorization_endpoint: `${authority}/oauth2/v2.0/authorize`,
    token_endpoint: `${authority}/oauth2/v2.0/token`,
    jwks_uri: `${authority}/discovery/v2.0/keys`,
  }
}

const encoded = (value) => Buffer.from(JSON.stringify(value)).toString('base64url')

/** The answer for one user; it reads its own ID token without looking at the signature. */
export function answerFor(oid, form) {
  const now = Math.floor(Date.now() / 1000)
  const claims = {
    aud: webApp,
    iss: `${authority}/v2.0`,
    iat: now,
    nbf: now,
    exp: now + 3_600,
    name: 'Ada Example',
    oid,
    preferred_username: `${oid}@contoso.example`,
    sub: oid,
    tid: tenant,
    ver: '2.0',
  }
  const isUser = form.get('grant_type') !== 'client_credentials'
  return {
    status: 200,
    token_type: 'Bearer',
    scope: scopes.join(' '),
    expires_in: 3_600,
    ext_expires_in: 3_600,
    access_token: opaqueToken(),
    ...(isUser && {
      refresh_token: opaqueToken(1_100),
      id_token: `${encoded({ typ: 'JWT', alg: 'RS256', kid: 'k' })}.${encoded(claims)}.c2ln`,
      client_info: encoded({ uid: oid, utid: tenant }),
    }),
  }
}

/** The call reaches the platform of the measurement, which counts it. */
async function answerAt(origin, form) {
  await fetch(`${origin}/${tenant}/oauth2/v2.0/token`, { method: 'POST', body: form })
  return answerFor('3f0b6a52-7c1e-4d0b-9b7a-2a6d5b8e1c11', form)
}

async function userTokens(size) {
  let oid = randomUUID()
  const client = clientWith((form) => answerFor(oid, form))
  const redirectUri = 'http://localhost/callback'
  const { account } = await client.acquireTokenByCode({ code: 'code', scopes, redirectUri })
  const others = [account]
  for (let users = 1; users < size; users += 1) {
    oid = randomUUID()
    const answer = await client.acquireTokenByCode({ code: `code-${users}`, scopes, redirectUri })
    others.push(answer.account)
  }
  let next = 0
  return () => {
    next = (next + 1) % others.length
    return client.acquireTokenSilent({ account: others[next], scopes })
  }
}

async function onBehalfOfTokens(size) {
  let oid = randomUUID()
  const client = clientWith((form) => answerFor(oid, form))
  const assertions = []
  for (let users = 0; users < size; users += 1) {
    oid = randomUUID()
    assertions.push(opaqueToken())
    await client.acquireTokenOnBehalfOf({ oboAssertion: assertions.at(-1), scopes })
  }
  let next = 0
  return () => {
    next = (next + 1) % assertions.length
    return client.acquireTokenOnBehalfOf({ oboAssertion: assertions[next], scopes })
  }
}

export default {
  name: 'msal-node',
  packages: ['@azure/msal-node'],
  kind: 'peer',
  /** Filling its cache with more takes minutes: every user costs as much as there are users. */
  mostUsers: 1_000,
  stampedes: {
    'on-behalf-of': async ({ origin }) => {
      const client = clientWith((form) => answerAt(origin, form))
      const oboAssertion = opaqueToken()
      return { ask: () => client.acquireTokenOnBehalfOf({ oboAssertion, scopes }) }
    },
    'client credentials': async ({ origin }) => {
      const client = clientWith((form) => answerAt(origin, form))
      const request = { scopes: ['https://graph.microsoft.com/.default'] }
      return { ask: () => client.acquireTokenByClientCredential(request) }
    },
  },
  tokens: async (size) => ({
    silent: await userTokens(size),
    'on-behalf-of': await onBehalfOfTokens(size),
  }),
}
