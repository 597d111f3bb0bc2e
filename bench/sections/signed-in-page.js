// What a signed-in user costs a page: requests per second against the bare page, for each form of
// session; and what every page sends back as Set-Cookie.
import { startPlatform } from '../rig/platform.js'
import { startPageServers } from '../rig/page-servers.js'
import { startProcess } from '../rig/processes.js'
import { compareServed, servedTable } from '../rig/served.js'

export const title = 'A page for the signed-in user, against the bare page'

export async function measure({ quick, progress, problem }) {
  const { rounds, count } = quick ? { rounds: 6, count: 600 } : { rounds: 30, count: 1_000 }
  const platform = await startPlatform()
  const started = []
  try {
    const load = await startProcess('load.js', { tokens: [] })
    started.push(load)
    const servers = await startPageServers(platform, problem)
    started.push(...servers)
    const requestsFor = ({ cookie }) => ({
      path: '/page',
      connections: 16,
      count,
      cookies: cookie === '' ? undefined : [cookie],
    })
    const rows = await compareServed(servers, { load, rounds, progress, requestsFor })
    const cookies = await Promise.all(servers.map(cookiesOf))
    return {
      tables: [
        servedTable('Requests', rows),
        {
          name: 'Cookies',
          columns: ['', 'bytes that the browser sends', 'bytes of Set-Cookie with every page'],
          rows: cookies,
        },
      ],
    }
  } finally {
    for (const one of started) await one.stop()
    await platform.stop()
  }
}

async function cookiesOf({ name, port, cookie }) {
  const headers = { cookie, accept: 'text/html' }
  const response = await fetch(`http://localhost:${port}/page`, { headers })
  const set = response.headers.getSetCookie().reduce((sum, one) => sum + one.length, 0)
  return [name, cookie.length, set]
}
