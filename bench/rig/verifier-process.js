// One verifier in a process of its own, as in an application: the engine has seen no other code.
import { peerOf } from '../peers/index.js'
import { answerMessages } from './answering.js'
import { platformFrom } from './told-platform.js'
import { createTokenTurns } from './token-turns.js'

let turns

answerMessages(async (message) => {
  if (turns === undefined) return begin(message)
  return { milliseconds: await turns.turn(message) }
})

async function begin({ peer: id, platform, tokens, good, forged }) {
  const { verifier, remembers } = await peerOf(id)
  const create = () => verifier(platformFrom(platform))
  const begun = await createTokenTurns({ create, remembers }, tokens, good)
  if (await accepts(begun, forged)) throw new Error('It accepted a forged token.')
  turns = begun
  return { most: turns.most }
}

async function accepts({ verify }, token) {
  try {
    await verify(token)
    return true
  } catch {
    return false
  }
}
