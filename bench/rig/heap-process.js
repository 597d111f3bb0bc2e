import { peerOf } from '../peers/index.js'
import { answerMessages } from './answering.js'
import { answerFor, clientWith, scopes } from './msal-client.js'
import { startPlatform } from './platform.js'
import { createTokenSources } from './token-sources.js'
import { opaqueToken } from './tokens.js'
import { randomUUID } from 'node:crypto'

/** What is filled, one in a process: what another has left would be in its account. */
const fillings = {
  'entrada, a user of onBehalfOf': onBehalfOf,
  'entrada, a user of forUser, the session in a store elsewhere': () => forUser('server'),
  'entrada, a user of forUser, the session in a cookie': () => forUser('cookie'),
  'msal-node, a user of on-behalf-of': onBehalfOfMsal,
  'entrada, a verified token': (platform) => verified('entrada', platform),
  'fast-jwt, a verified token': (platform) => verified('fast-jwt-cached', platform),
}

answerMessages((message) =>
  message === 'names' ? { names: Object.keys(fillings) } : heapOf(message),
)

async function heapOf({ name, count }) {
  const platform = await startPlatform()
  try {
    return { bytes: Math.round(await growth(await fillings[name](platform), count)) }
  } finally {
    await platform.stop()
  }
}

async function growth(add, count) {
  for (let number = 0; number < 300; number += 1) await add()
  const before = settled()
  for (let number = 0; number < count; number += 1) await add()
  const grown = (settled() - before) / count
  await add() // what was filled is still in use
  return grown
}

function settled() {
  globalThis.gc()
  globalThis.gc()
  return process.memoryUsage().heapUsed
}

function onBehalfOf() {
  const sources = createTokenSources()
  return () => sources.onBehalfOf(sources.caller())
}

/** What the library itself keeps: of a session on the server the sessions' store has the rest. */
function forUser(kind) {
  const sources = createTokenSources()
  return async () => sources.forUser(await sources.signedInUser({ kind }))
}

function onBehalfOfMsal() {
  const client = clientWith((form) => answerFor(randomUUID(), form))
  return () => client.acquireTokenOnBehalfOf({ oboAssertion: opaqueToken(), scopes })
}

async function verified(id, platform) {
  const verify = await (await peerOf(id)).verifier(platform)
  return () => verify(platform.token())
}
