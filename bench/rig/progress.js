let shownAt = 0

/**
 * One line that is written over, on a terminal; elsewhere, such as in a log, a line now and then.
 *
 * @param {{ stays?: boolean }} [choices] `stays`: the next line does not take its place.
 */
export function showProgress(text, { stays = false } = {}) {
  if (process.stderr.isTTY) {
    const columns = Math.max(20, process.stderr.columns - 1)
    process.stderr.write(`\r\x1b[K${stays ? `${text}\n` : text.slice(0, columns)}`)
    return
  }
  if (!stays && performance.now() - shownAt < 5_000) return
  shownAt = performance.now()
  process.stderr.write(`${text}\n`)
}
