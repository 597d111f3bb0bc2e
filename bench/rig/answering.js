// A process that answers questions by message, one at a time, and ends with the one that asks.

const endings = []
let leaving
process.on('disconnect', () => void leave())

/** @param {(message: unknown) => unknown} answerTo Answers with an object, or with a promise of one. */
export function answerMessages(answerTo) {
  process.on('message', (message) => {
    void Promise.resolve()
      .then(() => answerTo(message))
      .then(
        (answer) => answered(answer ?? {}),
        (error) => answered({ error: error.stack }),
      )
  })
}

/**
 * What has to be ended with this process: a server that it started, or is about to start.
 *
 * @param {() => Promise<unknown>} ending
 */
export function endWith(ending) {
  // Without a listener the signal ends the process at once, in the middle of whatever it does.
  if (endings.length === 0) process.once('SIGTERM', () => void leave())
  endings.push(ending)
}

function leave() {
  leaving ??= Promise.allSettled(endings.map((ending) => ending())).then(() => process.exit())
  return leaving
}

/** Nobody may be there to hear it. */
function answered(answer) {
  if (process.connected) process.send(answer)
}
