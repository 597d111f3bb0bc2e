// The process that fetches the token for all is killed in the middle of it: how long do the others
// wait, and how many token requests does it take?
import { setTimeout as pause } from 'node:timers/promises'
import { ask, countsOf, startFleet } from './fleet.js'

export async function holderKilled({ lockLifetime, requests }, say) {
  const fleet = await startFleet({ processes: 4, lockLifetime })
  try {
    const [holder, ...others] = fleet.workers
    fleet.emulator.faults.set({ endpoint: 'token', kind: 'hang', times: 1 })
    const lost = ask(`${holder.origin}/app-only`).catch(() => ({ status: 'lost' }))
    while (fleet.tokenCalls() === 0) await pause(5)
    say('the holder is waiting for the platform; the others begin to wait for it')
    const begun = performance.now()
    const waiting = Promise.all(
      Array.from({ length: requests }, (_, index) =>
        ask(`${others[index % others.length].origin}/app-only`),
      ),
    )
    await pause(100)
    await holder.kill()
    say('the holder is dead')
    const answers = await waiting
    return {
      lockLifetime,
      requestsLost: (await lost).status === 'lost' ? 1 : 0,
      requestsWaiting: requests,
      statuses: countsOf(answers.map(({ status }) => status)),
      tokens: new Set(answers.map(({ token }) => token)).size,
      tokenCallsAfterTheLost: fleet.tokenCalls() - 1,
      longestWait: Math.round(performance.now() - begun),
    }
  } finally {
    await fleet.stop()
  }
}
