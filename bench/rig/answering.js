// A process that answers questions by message, one at a time, and ends with the one that asks.

const endings = []
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

/** What has to be ended with this process, however it ends: a server that it started. */
export function endWith(ending) {
  // Without a listener the signal ends the process at once, in the middle of whatever it does.
  if (endings.length === 0) process.once('SIGTERM', () => void leave())
  endings.push(ending)
}

async function leave() {
  await Promise.allSettled(endings.map((ending) => ending()))
  process.exit()
}

/** Nobody may be there to hear it. */
function answered(answer) {
  if (process.connected) process.send(answer)
}
