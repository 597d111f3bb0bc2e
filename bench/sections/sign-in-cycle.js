// One sign-in from the first redirect to the page: what it asks the platform, what it costs the app.
import { signIn } from '../rig/browser-sign-in.js'
import { ratioOf } from '../rig/measure.js'
import { startPageServers } from '../rig/page-servers.js'
import { startPlatform } from '../rig/platform.js'

export const title = 'One sign-in'

export async function measure({ quick, progress, problem }) {
  const { rounds, signIns } = quick ? { rounds: 4, signIns: 5 } : { rounds: 20, signIns: 20 }
  const platform = await startPlatform()
  const started = []
  try {
    const all = await startPageServers(platform, problem)
    started.push(...all)
    const servers = all.filter(({ peer }) => peer !== undefined)
    const samples = new Map(servers.map(({ name }) => [name, []]))
    const calls = new Map()
    for (let round = 0; round <= rounds; round += 1) {
      progress(round === 0 ? 'warming up' : `round ${round}/${rounds}`)
      for (const server of servers) {
        Object.assign(platform.counts, { metadata: 0, keys: 0, authorize: 0, token: 0 })
        const before = await server.ask('usage')
        for (let count = 0; count < signIns; count += 1) await signIn(server)
        const after = await server.ask('usage')
        calls.set(server.name, { ...platform.counts })
        const used = after.user + after.system - before.user - before.system
        if (round > 0) samples.get(server.name).push(used / signIns)
      }
    }
    const [{ name: unit }] = servers
    const rows = servers.map(({ name, cookie }) => {
      const { metadata, keys, token } = calls.get(name)
      const documents = (metadata + keys) / signIns
      return [name, ratioOf(samples, name, unit), token / signIns, documents, cookie.length]
    })
    const columns = [
      '',
      `processor time, ${unit} = 1`,
      'token-endpoint calls',
      'documents and keys fetched',
      'cookie bytes',
    ]
    return { tables: [{ columns, rows }] }
  } finally {
    for (const server of started) await server.stop()
    await platform.stop()
  }
}
