import { answerFor, clientWith, scopes } from '../rig/msal-client.js'
import { onBehalfOfTokens, silentTokens } from '../rig/msal-users.js'
import { opaqueToken, tenant } from '../rig/tokens.js'

/** The call reaches the platform of the measurement, which counts it. */
async function answerAt(origin, form) {
  await fetch(`${origin}/${tenant}/oauth2/v2.0/token`, { method: 'POST', body: form })
  return answerFor('3f0b6a52-7c1e-4d0b-9b7a-2a6d5b8e1c11', form)
}

export default {
  name: 'msal-node',
  packages: ['@azure/msal-node'],
  kind: 'peer',
  mostUsers: 10_000,
  whyNoMore:
    'a token from its cache takes longer with every user, and its cache is given as one text',
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
    silent: await silentTokens(size),
    'on-behalf-of': await onBehalfOfTokens(size),
  }),
}
