// The load, in a process of its own: requests that are finished texts, over connections that stay
// open, one at a time on each. It reads no more of an answer than where it ends.
import { once } from 'node:events'
import { connect } from 'node:net'
import { answerMessages } from './answering.js'

let tokens = []

answerMessages((message) => {
  if (message.tokens === undefined) return loadOf(message)
  tokens = message.tokens
  return {}
})

/**
 * Sends `count` requests; `first` and `of` say with which tokens, in turn, beginning with the one at
 * `from`; no `of`, no token.
 */
async function loadOf({ port, path, connections, count, first = 0, of = 0, from = 0, cookies }) {
  let sent = 0
  const next = () => {
    if (sent === count) return undefined
    const token = of === 0 ? undefined : tokens[first + ((from + sent) % of)]
    const cookie = cookies?.[sent % cookies.length]
    sent += 1
    return requestFor({ path, token, cookie })
  }
  const sockets = await Promise.all(Array.from({ length: connections }, () => connected(port)))
  const start = performance.now()
  const wrong = await Promise.all(sockets.map((socket) => requestsOn(socket, next)))
  const milliseconds = performance.now() - start
  for (const socket of sockets) socket.destroy()
  return { milliseconds, wrong: wrong.reduce((sum, one) => sum + one, 0) }
}

function requestFor({ path, token, cookie }) {
  return (
    `GET ${path} HTTP/1.1\r\nHost: localhost\r\nAccept: text/html\r\n` +
    (token === undefined ? '' : `Authorization: Bearer ${token}\r\n`) +
    (cookie === undefined ? '' : `Cookie: ${cookie}\r\n`) +
    '\r\n'
  )
}

async function connected(port) {
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  return socket.setNoDelay(true).setEncoding('latin1')
}

/** One request after the other, until there is no next; answers with how many were refused. */
function requestsOn(socket, next) {
  return new Promise((resolve, reject) => {
    let wrong = 0
    let text = ''
    const send = () => {
      const request = next()
      if (request === undefined) resolve(wrong)
      else socket.write(request, 'latin1')
    }
    socket.on('data', (chunk) => {
      text += chunk
      if (!isWhole(text)) return
      if (!text.startsWith('HTTP/1.1 200')) wrong += 1
      text = ''
      send()
    })
    socket.on('error', reject)
    socket.on('close', () => reject(new Error('The server closed a connection.')))
    send()
  })
}

function isWhole(text) {
  const head = text.indexOf('\r\n\r\n')
  if (head === -1) return false
  const length = /\r\ncontent-length: (\d+)/i.exec(text)
  return length === null ? text.endsWith('0\r\n\r\n') : text.length >= head + 4 + Number(length[1])
}
