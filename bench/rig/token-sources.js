// entrada's three sources over a platform in this process, for as many users as wanted: sessions and
// verified callers are made without signing anybody in.
import { createAppOnly } from '../modules/acquisition/app-only.js'
import { createForUser } from '../modules/acquisition/for-user.js'
import { createOnBehalfOf } from '../modules/acquisition/on-behalf-of.js'
import { nodeHost } from '../modules/host/node.js'
import { createCredential } from '../modules/platform/credential.js'
import { createTokenEndpoint } from '../modules/platform/token-endpoint.js'
import { createScopePlanner } from '../modules/acquisition/scope-planner.js'
import { withMemory } from '../modules/platform/remembering-sealer.js'
import { createSealer } from '../modules/platform/seal.js'
import { authorityOf } from '../modules/protocol/authority.js'
import { frozenCaller } from '../modules/protocol/caller.js'
import { createSessionTokens } from '../modules/stores/session-tokens.js'
import { randomUUID } from 'node:crypto'
import { api, opaqueToken, tenant, webApp } from './tokens.js'

const graph = 'https://graph.microsoft.com'
const vault = 'https://vault.azure.net/.default'

/**
 * @param {{ store?: object, megabytes?: number, endpoint?: object }} [choices] `store`: shared with
 *   other processes. `megabytes`: for what this process keeps beside it.
 */
export function createTokenSources({
  store,
  megabytes = 4_096,
  endpoint = endpointInMemory(),
} = {}) {
  const settings = settingsWith(endpoint, store, megabytes * 1024 * 1024)
  const onBehalfOf = createOnBehalfOf(settings)
  const forApp = createAppOnly(settings)
  const sealer = withMemory(
    createSealer(['a-secret-to-measure-with-of-32-characters']),
    megabytes * 1024 * 1024,
  )
  const tokens = createSessionTokens({
    ...settings,
    sealer,
    clientId: webApp,
    lifetime: 86_400_000,
  })
  const forUser = createForUser({ ...settings, clientId: webApp, tokens })

  return {
    endpoint,
    /** With a session on the server, or in a cookie: then the store has the tokens. */
    async signedInUser({ expired = false, kind = 'server' } = {}) {
      const user = new SignedInUser(kind)
      await tokens.write(user.asking().session, {
        tenantId: tenant,
        objectId: user.objectId,
        refreshToken: opaqueToken(1_100),
        accessTokens: [keptToken(expired ? 7_200_000 : 0)],
      })
      return user
    },
    caller() {
      const identity = { tenantId: tenant, objectId: randomUUID(), subject: 'subject' }
      const granted = { clientId: webApp, scopes: ['access_as_user'], roles: [], claims: {} }
      const assertion = { token: opaqueToken(), expiresAt: Date.now() + 3_600_000 }
      return frozenCaller({ kind: 'user', ...identity, ...granted }, { assertion, api: onBehalfOf })
    },
    tenant: () => randomUUID(),
    forUser: (user) => forUser(user.asking()).token('User.Read'),
    onBehalfOf: (caller) => onBehalfOf(caller).token(),
    forApp: (other) => forApp({ tenant: other }).token(vault),
  }
}

function keptToken(age = 0) {
  const now = Date.now() - age
  return {
    resource: graph,
    scopes: [`${graph}/User.Read`],
    token: opaqueToken(),
    expiresAt: now + 3_600_000,
    staleAt: now + 3_300_000,
    refreshAt: now + 3_200_000,
  }
}

function settingsWith(endpoint, store, cacheBytes) {
  return {
    authority: authorityOf(tenant),
    clientId: api,
    audiences: [],
    endpoint,
    managedIdentity: undefined,
    plan: createScopePlanner({
      clientId: api,
      graphResource: graph,
      warn: () => undefined,
      onEvent: () => undefined,
    }),
    graph: { resource: graph, endpoint: graph, hosts: [] },
    fetch,
    challenge: {},
    clock: Date.now,
    cacheBytes,
    store,
  }
}

/** The library's own way to the token endpoint of a platform. */
export function endpointAt({ origin }) {
  const machine = {
    authority: authorityOf(tenant, origin),
    clientId: webApp,
    clock: Date.now,
    fetch,
    host: nodeHost,
  }
  const credential = createCredential({ secret: 'secret' }, machine)
  return createTokenEndpoint({ ...machine, credential, clientCapabilities: [] })
}

/** Counts the grants it answers. */
export function endpointInMemory() {
  const endpoint = { calls: 0 }
  for (const grant of ['refresh', 'onBehalfOf', 'clientCredentials']) {
    endpoint[grant] = async ({ scope }) => {
      endpoint.calls += 1
      return { access_token: opaqueToken(), token_type: 'Bearer', expires_in: 3_600, scope }
    }
  }
  return endpoint
}

/** What the sessions of a framework are stored in, outside of the heap as if it were elsewhere. */
const sessionStore = new Map()
const aside = {
  newId: async () => randomUUID(),
  read: async (id) => sessionStore.get(id)?.toString('latin1'),
  write: async (id, value) => void sessionStore.set(id, Buffer.from(value, 'latin1')),
  remove: async (id) => void sessionStore.delete(id),
}

/** What is held of a user between two requests; each request has a session of its own made of it. */
class SignedInUser {
  tenantId = tenant
  objectId = randomUUID()
  content = {}

  constructor(kind) {
    this.kind = kind
    this.id = kind === 'server' ? randomUUID() : undefined
  }

  asking() {
    return { tenantId: this.tenantId, objectId: this.objectId, session: new Session(this) }
  }
}

/** A session, as a framework holds it. */
class Session {
  #user

  constructor(user) {
    this.#user = user
  }

  get id() {
    return this.#user.id
  }

  get kind() {
    return this.#user.kind
  }

  get aside() {
    return this.kind === 'server' ? aside : undefined
  }

  read(key) {
    return this.#user.content[key]
  }

  write(key, value) {
    this.#user.content[key] = value
  }

  remove(key) {
    Reflect.deleteProperty(this.#user.content, key)
  }

  async save() {}
}
