// One route in a process of its own: bare, behind a peer's guard, or behind entrada.
import { createServer } from 'node:http'
import { frameworkOf } from '../frameworks/index.js'
import { peerOf } from '../peers/index.js'
import { answerMessages } from './answering.js'
import { platformFrom } from './told-platform.js'
import { api, scope, tenant } from './tokens.js'

answerMessages(answerTo)

async function answerTo(message) {
  if (message === 'usage') return process.cpuUsage()
  const server = createServer(await listenerFor(message))
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { port: server.address().port }
}

async function listenerFor({ framework: id, peer: peerId, platform }) {
  const framework = await frameworkOf(id)
  if (peerId === undefined) return framework.route()
  if (peerId === 'entrada') {
    const options = { tenant, clientId: api, authorityHost: platform.origin }
    return framework.guarded(options, scope)
  }
  const peer = await peerOf(peerId)
  return framework.route(await peer.guard(platformFrom(platform)))
}
