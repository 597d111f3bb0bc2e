// 200 requests at the same moment find one expired token: how many calls reach the token endpoint, and
// how many requests fail; also where a refresh token works once only.
import { allPeers } from '../peers/index.js'
import { startPlatform } from '../rig/platform.js'
import { atMost } from '../rig/targets.js'

export const title = 'A stampede: 200 requests, one expired token'
const requests = 200

export async function measure({ progress, problem }) {
  const platform = await startPlatform()
  const rows = []
  const ours = []
  try {
    for (const { name, what, prepare, oneTime } of stampedesOf(await allPeers())) {
      progress(`${name}: ${what}`)
      try {
        const { calls, failed } = await stampede(platform, prepare, oneTime)
        rows.push([`${name}, ${what}`, calls, failed])
        if (name === 'entrada') ours.push({ calls, failed })
      } catch (error) {
        problem(`${name}, ${what}: ${error.message}`)
      }
    }
  } finally {
    await platform.stop()
  }
  const columns = ['', 'token-endpoint calls', 'failed requests', 'target']
  const withTargets = [...rows.map((row) => [...row, '']), worstOf(ours)]
  return { tables: [{ columns, rows: withTargets }] }
}

/** Where a token is refreshed, also with refresh tokens that work once. */
function stampedesOf(peers) {
  return peers.flatMap(({ name, stampedes = {} }) =>
    Object.entries(stampedes).flatMap(([what, prepare]) => [
      { name, what, prepare, oneTime: false },
      ...(what.includes('refresh token')
        ? [{ name, what: `${what}; it works once`, prepare, oneTime: true }]
        : []),
    ]),
  )
}

async function stampede(platform, prepare, oneTime) {
  Object.assign(platform.behaviour, { oneTime, delay: 0 })
  const { ask, stop } = await prepare(platform)
  // Longer than it takes the requests to arrive.
  platform.behaviour.delay = 250
  platform.counts.token = 0
  try {
    const answers = await Promise.allSettled(Array.from({ length: requests }, () => ask()))
    const failed = answers.filter(({ status }) => status === 'rejected').length
    return { calls: platform.counts.token, failed }
  } finally {
    await stop?.()
  }
}

function worstOf(ours) {
  const [calls, failed] = ['calls', 'failed'].map((what) =>
    Math.max(...ours.map((one) => one[what])),
  )
  return [
    'entrada, the worst of them',
    calls,
    failed,
    [
      atMost(1, 'calls in the worst stampede', calls, ' call'),
      atMost(0, 'failed requests in the worst stampede', failed),
    ],
  ]
}
