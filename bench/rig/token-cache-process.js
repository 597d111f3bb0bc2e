// One source of tokens with more and fewer users, in a process of its own; or the floor.
import { peerOf } from '../peers/index.js'
import { answerMessages } from './answering.js'
import { repeating } from './measure.js'
import { createTokenSources } from './token-sources.js'
import { accessToken, api, createKey, opaqueToken } from './tokens.js'
import { randomUUID } from 'node:crypto'

const runs = new Map()
const endpoints = []

const sources = {
  'entrada forUser, session on the server': { users: 'signedInUser', token: 'forUser' },
  'entrada forUser, session in a cookie': {
    users: 'signedInUser',
    token: 'forUser',
    told: { kind: 'cookie' },
  },
  'entrada onBehalfOf': { users: 'caller', token: 'onBehalfOf' },
  'entrada forApp, a tenant each': { users: 'tenant', token: 'forApp' },
}

/**
 * What a look-up costs and nothing else, and what finding the token of a signed-in user does: how much
 * dearer they get with more users is the machine's.
 */
const controls = {
  'a Map, looked up by hand': addLookUp,
  "a Map of the sessions' tokens, looked up by hand": addSessionLookUp,
}

answerMessages((message) => {
  if (message === 'sources') return { sources: [...Object.keys(controls), ...Object.keys(sources)] }
  if (message === 'floor') return addFloor()
  if (message === 'misses') return { misses: missed() }
  if (message.peer !== undefined) return addPeer(message)
  if (message.source !== undefined) return addSource(message)
  return turnOf(message)
})

async function turnOf({ name, count }) {
  return { milliseconds: await runs.get(name)(count) }
}

async function addFloor() {
  const key = createKey()
  const verify = await (await peerOf('node-crypto')).verifier({ key })
  const token = accessToken(key, 'http://localhost', { aud: api })
  return added('floor', () => verify(token))
}

async function addSource({ source, size }) {
  if (source in controls) return controls[source](source, size)
  const { users: create, token, told } = sources[source]
  const { endpoint, ...own } = createTokenSources()
  const users = []
  for (let count = 0; count < size; count += 1) users.push(await own[create](told))
  for (const user of users) await own[token](user)
  endpoints.push({ endpoint, calls: endpoint.calls })
  let next = 0
  return added(`${source}/${size}`, () => {
    // Far from each other, so that no two users in a row are neighbours in memory.
    next = (next + 7_919) % size
    return own[token](users[next])
  })
}

function addLookUp(name, size) {
  const entries = new Map()
  const keys = Array.from({ length: size }, () => randomUUID())
  for (const key of keys) {
    entries.set(key, { token: opaqueToken(), expiresAt: Date.now() + 3_600_000 })
  }
  let next = 0
  return added(`${name}/${size}`, async () => {
    next = (next + 7_919) % size
    const entry = entries.get(keys[next])
    return entry.expiresAt > Date.now() ? entry.token : undefined
  })
}

/** A session names what is held of its user: tokens of several APIs, each for some scopes and a while. */
function addSessionLookUp(name, size) {
  const resource = 'https://graph.microsoft.com'
  const held = new Map()
  const sessions = Array.from({ length: size }, () => ({ content: { tokens: randomUUID() } }))
  for (const { content } of sessions) {
    const kept = { resource, scopes: ['User.Read'], token: opaqueToken() }
    const accessTokens = [{ ...kept, expiresAt: Date.now() + 3_600_000 }]
    held.set(content.tokens, { refreshToken: opaqueToken(1_100), accessTokens })
  }
  let next = 0
  return added(`${name}/${size}`, async () => {
    next = (next + 7_919) % size
    const { accessTokens } = held.get(sessions[next].content.tokens)
    const entry = accessTokens.find(
      (one) => one.resource === resource && one.scopes.includes('User.Read'),
    )
    return entry.expiresAt > Date.now() ? entry.token : undefined
  })
}

async function addPeer({ peer: id, size }) {
  const { name, tokens } = await peerOf(id)
  const names = Object.entries(await tokens(size)).map(
    ([source, ask]) => added(`${name} ${source}/${size}`, ask).names[0],
  )
  return { names }
}

function added(name, ask) {
  runs.set(name, repeating(ask))
  globalThis.gc()
  return { names: [name] }
}

/** Tokens that had to be fetched although they were there. */
function missed() {
  return endpoints.reduce((sum, { endpoint, calls }) => sum + endpoint.calls - calls, 0)
}
