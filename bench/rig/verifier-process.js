// One verifier in a process of its own, as in an application: the engine has seen no other code, and
// nobody else's garbage is collected in its time.
import { peerOf } from '../peers/index.js'
import { answerMessages } from './answering.js'
import { platformFrom } from './told-platform.js'

let create
let verify
let remembers
let tokens
let spare
/** Tokens before this one are known to a verifier that remembers. */
let next = 0
/** How many tokens were brought to mind for those that come in turn. */
let known = 0

answerMessages((message) => (message.peer === undefined ? turnOf(message) : begin(message)))

async function begin({ peer: id, platform, ...told }) {
  const peer = await peerOf(id)
  create = () => peer.verifier(platformFrom(platform))
  remembers = peer.remembers === true
  tokens = told.tokens
  spare = told.good
  verify = await create()
  await verify(spare)
  if (await accepts(told.forged)) throw new Error('It accepted a forged token.')
}

async function accepts(token) {
  try {
    await verify(token)
    return true
  } catch {
    return false
  }
}

/**
 * Some untimed work first, for what became cold while others had their turns; then `count` tokens:
 * new ones, `atOnce` at the same moment, or the first `of` tokens again and again.
 */
async function turnOf({ count, atOnce, of }) {
  const lead = Math.ceil(count / 8 / (atOnce ?? 1)) * (atOnce ?? 1)
  await (of === undefined ? unseen(lead + count) : remembered(of))
  const work = of === undefined ? (much) => newTokens(much, atOnce) : inTurn(of)
  await work(lead)
  const start = performance.now()
  await work(count)
  return { milliseconds: performance.now() - start }
}

/** A verifier that would meet a token again is replaced by another, which has its keys already. */
async function unseen(count) {
  if (count > tokens.length) throw new Error(`${count} new tokens are more than there are.`)
  if (next + count <= tokens.length) return
  next = 0
  known = 0
  if (!remembers) return
  verify = await create()
  await verify(spare)
  globalThis.gc()
}

async function newTokens(count, atOnce) {
  for (let done = 0; done < count; done += atOnce) {
    if (atOnce === 1) await verify(tokens[next])
    else await Promise.all(tokens.slice(next, next + atOnce).map((token) => verify(token)))
    next += atOnce
  }
}

async function remembered(of) {
  if (!remembers || known >= of) return
  for (let index = 0; index < of; index += 1) await verify(tokens[index])
  known = of
  globalThis.gc()
}

function inTurn(of) {
  let index = 0
  return async function tokensInTurn(count) {
    for (let done = 0; done < count; done += 1) {
      await verify(tokens[index])
      index = index + 1 === of ? 0 : index + 1
    }
  }
}
