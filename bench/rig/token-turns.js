// A verifier that takes turns: with tokens that it never saw, or with known ones.

/**
 * @param {object} peer
 * @param {() => Promise<(token: string) => unknown>} peer.create
 * @param {boolean} peer.remembers
 * @param {string[]} tokens
 * @param {string} spare A good token beside them, for what a verifier does at its first one only.
 */
export async function createTokenTurns({ create, remembers }, tokens, spare) {
  let verify = await ready()
  /** Tokens before this one are known to a verifier that remembers. */
  let next = 0
  /** How many tokens were brought to mind for those that come in turn. */
  let known = 0

  async function ready() {
    const created = await create()
    await created(spare)
    return created
  }

  /** A verifier that would meet a token again is replaced by another, which has its keys already. */
  async function unseen(count) {
    if (count > tokens.length) throw new Error(`${count} new tokens are more than there are.`)
    if (next + count <= tokens.length) return
    next = 0
    if (!remembers) return
    known = 0
    verify = await ready()
    globalThis.gc()
  }

  async function newTokens(count, atOnce) {
    for (let done = 0; done < count; done += atOnce) {
      if (atOnce === 1) await verify(tokens[next])
      else await Promise.all(tokens.slice(next, next + atOnce).map((token) => verify(token)))
      next += atOnce
    }
  }

  async function brought(of) {
    if (!remembers || known >= of) return
    for (let index = 0; index < of; index += 1) await verify(tokens[index])
    known = of
    globalThis.gc()
  }

  function tokensInTurn(of) {
    let index = 0
    return async function again(count) {
      for (let done = 0; done < count; done += 1) {
        await verify(tokens[index])
        index = index + 1 === of ? 0 : index + 1
      }
    }
  }

  /**
   * Some untimed work first, for what became cold while others had their turns; then `count` tokens:
   * new ones, `atOnce` at the same moment, or the first `of` tokens again and again.
   *
   * @returns {Promise<number>} Milliseconds.
   */
  async function turn({ count, atOnce = 1, of }) {
    const lead = Math.ceil(count / 8 / atOnce) * atOnce
    await (of === undefined ? unseen(lead + count) : brought(of))
    const work = of === undefined ? (much) => newTokens(much, atOnce) : tokensInTurn(of)
    await work(lead)
    // What the turn leaves behind is its own affair; what came before is not.
    globalThis.gc({ type: 'minor' })
    const start = performance.now()
    await work(count)
    return performance.now() - start
  }

  return { verify: (token) => verify(token), turn, most: Math.floor(tokens.length * 0.8) }
}
