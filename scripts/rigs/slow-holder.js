// The process that fetches the token is stopped, as by a blocked event loop or a paused machine.
// For a while, it keeps its turn; for longer than its lock lives, another takes over, and what the
// first writes when it wakes up is refused.
import { setTimeout as pause } from 'node:timers/promises'
import { ask, startFleet } from './fleet.js'

export async function slowHolder({ lockLifetime, shortStop }, say) {
  const shortly = await stopped({ lockLifetime, stop: shortStop }, say)
  const tooLong = await stopped({ lockLifetime, stop: lockLifetime + 500 }, say)
  return { lockLifetime, shortly, tooLong }
}

async function stopped({ lockLifetime, stop }, say) {
  const fleet = await startFleet({ processes: 3, lockLifetime })
  try {
    const [holder, other, late] = fleet.workers
    fleet.emulator.faults.set({ endpoint: 'token', kind: 'slow', ms: 100, times: 1 })
    const ofHolder = ask(`${holder.origin}/app-only`)
    while (fleet.tokenCalls() === 0) await pause(5)
    holder.freeze()
    say(`the holder is stopped for ${stop} ms; its lock lives ${lockLifetime} ms`)
    const ofOther = ask(`${other.origin}/app-only`)
    await pause(stop)
    holder.thaw()
    const [held, taken] = await Promise.all([ofHolder, ofOther])
    await pause(100)
    const stored = await ask(`${late.origin}/app-only`)
    return {
      stop,
      statuses: [held.status, taken.status, stored.status],
      tokenCalls: fleet.tokenCalls(),
      holderAndOtherShareOne: held.token === taken.token,
      storeHoldsTheOthers: stored.token === taken.token,
    }
  } finally {
    await fleet.stop()
  }
}
