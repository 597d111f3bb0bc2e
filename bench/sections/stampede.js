// 200 requests at the same moment find one expired token: how many calls reach the token endpoint, and
// how many requests fail; also where a refresh token works once only.
import { startPlatform } from '../rig/platform.js'
import { allPeers } from '../peers/index.js'

export const title = 'A stampede: 200 requests, one expired token'
const requests = 200

export async function measure({ progress, problem }) {
  const platform = await startPlatform()
  platform.behaviour.delay = 50
  const rows = []
  try {
    for (const peer of await allPeers()) {
      if (peer.stampedes === undefined) continue
      for (const [name, prepare] of Object.entries(peer.stampedes)) {
        for (const oneTime of name.includes('refresh') ? [false, true] : [false]) {
          progress(`${peer.name} ${name}`)
          platform.behaviour.oneTime = oneTime
          try {
            const { calls, failed } = await stampede(platform, prepare)
            const what = oneTime ? `${name}, a refresh token works once` : name
            rows.push([`${peer.name}, ${what}`, calls, failed])
          } catch (error) {
            problem(`${peer.name} ${name}: ${error.message}`)
          }
        }
      }
    }
  } finally {
    await platform.stop()
  }
  return { tables: [{ columns: ['', 'token-endpoint calls', 'failed requests'], rows }] }
}

async function stampede(platform, prepare) {
  const { ask, stop } = await prepare(platform)
  platform.counts.token = 0
  const answers = await Promise.allSettled(Array.from({ length: requests }, () => ask()))
  await stop?.()
  const failed = answers.filter(({ status }) => status === 'rejected').length
  return { calls: platform.counts.token, failed }
}
