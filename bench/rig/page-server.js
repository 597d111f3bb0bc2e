// A page for the signed-in user in a process of its own, with the session in one form or another.
import { createServer } from 'node:http'
import { peerOf } from '../peers/index.js'
import { answerMessages } from './answering.js'
import { pageApps } from './pages.js'

let listener

answerMessages(answerTo)

async function answerTo(message) {
  if (message === 'usage') return process.cpuUsage()
  const { peer, form, platform } = message
  const server = createServer((request, response) => listener(request, response))
  await new Promise((resolve) => server.listen(0, 'localhost', resolve))
  const { port } = server.address()
  const apps = peer === undefined ? pageApps : (await peerOf(peer)).pages
  listener = await apps[form](platform, `http://localhost:${port}`)
  return { port }
}
