// What remembering adds to a token that was never seen. Two verifiers of ours in one process, one with
// the usual memory and one with the least: they differ in nothing else.
import { createTokenMemo } from '../modules/validation/token-memo.js'
import { verifierWith } from '../peers/entrada.js'
import { peerOf } from '../peers/index.js'
import { answerMessages } from './answering.js'
import { differenceOf, interleaved, ratioOf } from './measure.js'
import { platformFrom } from './told-platform.js'
import { createTokenTurns } from './token-turns.js'

answerMessages((message) => (message === 'ready' ? {} : costOf(message)))

/** In units of `node:crypto.verify`. */
async function costOf({ platform: told, tokens, good, size }) {
  const platform = platformFrom(told)
  const contenderFor = async (name, peer) => {
    const { turn, most } = await createTokenTurns(peer, tokens, good)
    return { name, most, run: (count) => turn({ count }) }
  }
  const ours = (settings) => ({ remembers: true, create: () => verifierWith(settings)(platform) })
  const floor = await peerOf('node-crypto')
  const samples = await interleaved(
    [
      await contenderFor('floor', { create: () => floor.verifier(platform) }),
      await contenderFor('usual', ours({})),
      await contenderFor('least', ours({ cacheMegabytes: 1 })),
      bookkeeping(tokens),
    ],
    { ...size, progress: () => undefined },
  )
  return {
    bookkeeping: ratioOf(samples, 'bookkeeping', 'floor'),
    keeping: differenceOf(samples, 'usual', 'least', 'floor'),
  }
}

/** Looking for a token that is not there, keeping it, and dropping the oldest. */
function bookkeeping(tokens) {
  const memory = createTokenMemo(1024 * 1024)
  const remembered = {}
  let next = 0
  return {
    name: 'bookkeeping',
    run(count) {
      for (let done = 0; done < count; done += 1) {
        const token = tokens[next]
        if (memory.recall(token) === undefined) memory.remember(token, remembered)
        next = next + 1 === tokens.length ? 0 : next + 1
      }
    },
  }
}
