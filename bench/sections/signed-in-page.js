// What a signed-in user costs a page: requests per second against the bare page, for each form of
// session; and what every page sends back as Set-Cookie.
import { inGenerations } from '../rig/generations.js'
import { startPageServers } from '../rig/page-servers.js'
import { startPlatform } from '../rig/platform.js'
import { startProcess } from '../rig/processes.js'
import { sampleServed, servedRows } from '../rig/served.js'
import { atLeast, atMost } from '../rig/targets.js'

export const title = 'A page for the signed-in user, against the bare page'
const bare = 'the bare page'
const sessionAlone = 'express-session alone'
const claimsByHand = 'express-session, claims of the ID token by hand'
const withSession = 'entrada, express-session'
const withCookie = 'entrada, cookie session'

export async function measure({ quick, progress, problem }) {
  const size = quick
    ? { generations: 1, rounds: 6, count: 600, warm: 1_500 }
    : { generations: 3, rounds: 8, count: 2_000, warm: 5_000 }
  const platform = await startPlatform()
  const started = []
  try {
    const load = await startProcess('load.js', { tokens: [] })
    started.push(load)
    const requestsFor = ({ cookie }, round) => ({
      path: '/page',
      connections: 16,
      count: round === 0 ? size.warm : size.count,
      cookies: cookie === '' ? undefined : [cookie],
    })
    let cookies
    const [samples] = await inGenerations({
      count: size.generations,
      rounds: size.rounds,
      needed: [bare, sessionAlone, withSession, withCookie],
      async start() {
        const servers = await startPageServers(platform, problem)
        started.push(...servers)
        // The same in each set.
        cookies = await Promise.all(servers.map(cookiesOf))
        return servers
      },
      async measure(servers, { firstRound, told }) {
        const watch = (text) => progress(`${told}: ${text}`)
        const settings = { load, rounds: size.rounds, firstRound, progress: watch, requestsFor }
        return [await sampleServed(servers, settings)]
      },
    })
    return { tables: [servedTable(servedRows(samples)), cookieTable(cookies)] }
  } finally {
    for (const one of started) await one.stop()
    await platform.stop()
  }
}

function servedTable(rows) {
  const targetOf = ({ name, perSecond, ratioTo }) => {
    if (name === withCookie) return atLeast(0.83, name, perSecond, ' of the bare page')
    if (name !== withSession) return ''
    const control = rows.find((row) => row.name === claimsByHand)?.ratioTo(sessionAlone)
    return atLeast(0.9, name, ratioTo(sessionAlone), ` of ${sessionAlone}`, control)
  }
  return {
    columns: [
      '',
      'requests per second',
      'processor time per request',
      'median per second',
      'target',
    ],
    rows: rows.map((row) => [
      row.name,
      row.perSecond,
      row.processor,
      row.medianPerSecond,
      targetOf(row),
    ]),
  }
}

async function cookiesOf({ name, port, cookie }) {
  const headers = { cookie, accept: 'text/html' }
  const response = await fetch(`http://localhost:${port}/page`, { headers })
  const set = response.headers.getSetCookie().reduce((sum, one) => sum + one.length, 0)
  return { name, sent: cookie.length, set }
}

function cookieTable(cookies) {
  const targetOf = ({ name, sent, set }) => {
    const nothing = atMost(0, `${name}: Set-Cookie where nothing changed`, set, ' bytes')
    if (name === withSession) return nothing
    return name === withCookie ? [atMost(400, `${name}: the cookie`, sent, ' bytes'), nothing] : ''
  }
  return {
    name: 'Cookies',
    columns: ['', 'bytes that the browser sends', 'bytes of Set-Cookie with every page', 'target'],
    rows: cookies
      .filter(({ name }) => name !== bare)
      .map((one) => [one.name, one.sent, one.set, targetOf(one)]),
  }
}
