// msal-node with many users in its cache. They are put there by its own serialized form: through
// sign-ins every user would cost as much as there are users already.
import { createHash, randomUUID } from 'node:crypto'
import { answerFor, clientWith, scopes } from './msal-client.js'
import { opaqueToken } from './tokens.js'

/** A function that asks for the token of one signed-in user after the other. */
export async function silentTokens(size) {
  const model = await modelOf((client) =>
    client.acquireTokenByCode({ code: 'code', scopes, redirectUri: 'http://localhost/callback' }),
  )
  const copies = Array.from({ length: size }, () => copyOf(model))
  const client = filled(model.cache, copies)
  // Asking msal-node for its accounts takes minutes for 10,000 of them.
  const accounts = copies.map((copy) => JSON.parse(replaced(model.account, copy)))
  const ask = inTurn(accounts, (account) => client.acquireTokenSilent({ account, scopes }))
  return fromCache(ask)
}

/** The same on behalf of one caller after the other. */
export async function onBehalfOfTokens(size) {
  const oboAssertion = opaqueToken()
  const model = await modelOf((client) => client.acquireTokenOnBehalfOf({ oboAssertion, scopes }))
  const assertions = Array.from({ length: size }, () => opaqueToken())
  const hash = digestOf(oboAssertion)
  const copies = assertions.map((assertion) => [...copyOf(model), [hash, digestOf(assertion)]])
  const client = filled(model.cache, copies)
  const ask = inTurn(assertions, (one) =>
    client.acquireTokenOnBehalfOf({ oboAssertion: one, scopes }),
  )
  return fromCache(ask)
}

/** One user as msal-node itself keeps them. */
async function modelOf(acquire) {
  const oid = randomUUID()
  let answer
  const client = clientWith((form) => (answer = answerFor(oid, form)))
  const { account } = await acquire(client)
  const cache = client.getTokenCache().serialize()
  return { oid, answer, account: JSON.stringify(account), cache }
}

/** What of the model becomes what, for another user. */
function copyOf({ oid, answer }) {
  const other = randomUUID()
  const own = answerFor(other, new URLSearchParams())
  const texts = ['access_token', 'refresh_token', 'id_token', 'client_info']
  return [[oid, other], ...texts.map((name) => [answer[name], own[name]])]
}

function filled(cache, copies) {
  const all = {}
  for (const copy of copies) {
    for (const [kind, entries] of Object.entries(JSON.parse(replaced(cache, copy)))) {
      all[kind] = Object.assign(all[kind] ?? {}, entries)
    }
  }
  const client = clientWith(() => {
    throw new Error('msal-node asked for a token that it has.')
  })
  client.getTokenCache().deserialize(JSON.stringify(all))
  return client
}

const replaced = (text, copy) => copy.reduce((one, [from, to]) => one.replaceAll(from, to), text)

function inTurn(entries, ask) {
  let next = 0
  return () => {
    next = (next + 1) % entries.length
    return ask(entries[next])
  }
}

async function fromCache(ask) {
  const { fromCache: isHit } = await ask()
  if (!isHit) throw new Error('msal-node does not find what it was given.')
  return ask
}

function digestOf(text) {
  return createHash('sha256').update(text).digest('base64url')
}
