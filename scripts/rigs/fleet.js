// What every rig stands on: the emulator, a real Redis, real processes, and one address in front.
import { fork } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { Agent, createServer, request as send } from 'node:http'
import { fileURLToPath } from 'node:url'
import { contosoDirectory, startEmulator } from 'entrada/emulator'
import { startRedis } from './redis.js'

const workerProgram = fileURLToPath(new URL('worker.js', import.meta.url))
const webAppId = '5e7f2d91-6b3a-4e88-a1c4-9d0b8f7e6a52'
const tasksApiId = '1c8b5a3e-0f4d-4c2b-8e19-7a6d9b3f2c10'
const daemonId = '8a2e4c6f-1b3d-4f59-b7a0-c5d3e1f90264'
const graphId = '00000003-0000-0000-c000-000000000000'
const ada = '3f0b6a52-7c1e-4d0b-9b7a-2a6d5b8e1c11'
const agent = new Agent({ keepAlive: true, maxSockets: 64 })

/** Starts everything; `stop()` ends everything. */
export async function startFleet({ processes, lockLifetime = 11_000 }) {
  const directory = contosoDirectory()
  const tenant = directory.tenants[0].id
  directory.delegatedGrants.push({
    tenant,
    client: webAppId,
    resource: graphId,
    user: 'everyone',
    scopes: ['User.Read', 'openid', 'profile', 'offline_access', 'email'],
  })
  const emulator = await startEmulator(directory)
  const redis = await startRedis()
  const workers = []
  const front = await startFront(workers)
  const credentialOf = (clientId) => {
    const app = directory.applications.find(({ appId }) => appId === clientId)
    return { clientId, credential: { secret: app.secrets[0] } }
  }
  const told = {
    redisUrl: redis.url,
    lockLifetime,
    tenant,
    authorityHost: emulator.origin,
    graphEndpoint: emulator.graphOrigin,
    baseUrl: front.origin,
    secret: 'a-secret-for-the-rigs-with-32-characters',
    web: credentialOf(webAppId),
    api: credentialOf(tasksApiId),
    daemon: credentialOf(daemonId),
    appScope: `api://${tasksApiId}/.default`,
  }

  async function addWorker() {
    const worker = await startWorker(told)
    workers.push(worker)
    return worker
  }
  while (workers.length < processes) await addWorker()

  return {
    emulator,
    redis,
    workers,
    origin: front.origin,
    addWorker,
    /** How many token requests have reached the platform. */
    tokenCalls: () => emulator.requests.filter(({ endpoint }) => endpoint === 'token').length,
    userToken: () =>
      emulator.mintToken({ resource: tasksApiId, user: ada, scopes: ['Tasks.Read'] }),
    async stop() {
      for (const worker of workers) await worker.kill()
      await front.stop()
      agent.destroy()
      await redis.stop()
      await emulator.stop()
    },
  }
}

async function startWorker(told) {
  const child = fork(workerProgram, {
    env: { PATH: process.env.PATH, RIG_WORKER: JSON.stringify(told), NODE_NO_WARNINGS: '1' },
  })
  const ended = once(child, 'exit').then(() => {
    throw new Error('A worker ended before it listened.')
  })
  const [{ port }] = await Promise.race([once(child, 'message'), ended])
  ended.catch(() => undefined)
  return {
    port,
    origin: `http://127.0.0.1:${port}`,
    freeze: () => child.kill('SIGSTOP'),
    thaw: () => child.kill('SIGCONT'),
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.kill('SIGKILL')
      await once(child, 'exit')
    },
  }
}

/** One address for all processes; each request goes to the next one. */
async function startFront(workers) {
  let turn = 0
  const server = createServer((request, response) => {
    const { port } = workers[(turn += 1) % workers.length]
    const { method, url: path, headers } = request
    const onward = send({ host: '127.0.0.1', port, method, path, headers, agent }, (answer) => {
      response.writeHead(answer.statusCode, answer.rawHeaders)
      answer.pipe(response)
    })
    onward.on('error', () => {
      response.writeHead(502).end()
    })
    request.pipe(onward)
  })
  server.listen(0, 'localhost')
  await once(server, 'listening')
  return {
    origin: `http://localhost:${server.address().port}`,
    async stop() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

/** One request; the answer's token comes back as a short hash, or undefined. */
export function ask(url, headers = {}, method = 'GET') {
  return new Promise((resolve, reject) => {
    const request = send(url, { method, headers, agent, timeout: 30_000 }, (response) => {
      let text = ''
      response.on('data', (chunk) => (text += chunk))
      response.on('end', () => resolve({ status: response.statusCode, token: tokenIn(text) }))
      response.on('error', reject)
    })
    request.on('timeout', () => request.destroy(new Error('No answer in 30 seconds.')))
    request.on('error', reject)
    request.end()
  })
}

function tokenIn(text) {
  try {
    const { token } = JSON.parse(text)
    return token && createHash('sha256').update(token).digest('base64url').slice(0, 8)
  } catch {
    return undefined
  }
}

/** How often each value occurs: `{ 200: 998, 503: 2 }`. */
export function countsOf(values) {
  const counts = {}
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1
  return counts
}
