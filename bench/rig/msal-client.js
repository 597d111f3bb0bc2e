// msal-node with a platform that answers in this process.
import * as msal from '@azure/msal-node'
import { opaqueToken, tenant, webApp } from './tokens.js'

const authority = `https://login.microsoftonline.com/${tenant}`
export const scopes = ['https://graph.microsoft.com/User.Read']

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
