// `npm run build && node examples/scale-out/start.js`: two processes behind one port, on the
// emulator, with the Redis at REDIS_URL or a redis-server of its own. Ctrl+C ends all of it.
import cluster from 'node:cluster'
import { randomBytes } from 'node:crypto'
import { createServer } from 'node:net'
import { once } from 'node:events'
import { createApp } from './app.js'

const processes = 2

if (cluster.isPrimary) await startAll()
else await startOne()

async function startAll() {
  let isEnding = false
  const ending = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')])

  const port = Number(process.env.PORT || 3000) || (await freePort())
  const { redisUrl, stopRedis } = await (await import('./redis.js')).useRedis()
  const { settings, stopEmulator } = await (await import('./emulator.js')).useEmulator()
  const environment = {
    ...settings,
    PORT: String(port),
    REDIS_URL: redisUrl,
    // Every process has the same ones, or none could read what another has written.
    ENTRADA_SECRET: randomBytes(32).toString('base64url'),
    SESSION_SECRET: randomBytes(32).toString('base64url'),
  }
  const fork = () => once(cluster.fork(environment), 'listening')
  await Promise.all(Array.from({ length: processes }, fork))
  // A process that dies is replaced; users do not notice.
  cluster.on('exit', () => {
    if (!isEnding) void fork()
  })
  console.log(`\n  The app with ${processes} processes is running: http://localhost:${port}\n`)
  console.log('  Sign in as ada@contoso.example; every answer says which process gave it.\n')

  await ending
  isEnding = true
  await new Promise((resolve) => cluster.disconnect(() => resolve(undefined)))
  await stopEmulator()
  await stopRedis()
  process.exit(0)
}

async function startOne() {
  // The connection to Redis would keep a process that the first one has let go, even a new one.
  if (!process.connected) process.exit(0)
  process.once('disconnect', () => process.exit(0))

  const { PORT, REDIS_URL, SESSION_SECRET } = process.env
  const baseUrl = `http://localhost:${PORT}`
  const app = await createApp({ baseUrl, redisUrl: REDIS_URL, sessionSecret: SESSION_SECRET })
  app.listen(Number(PORT), 'localhost')
}

async function freePort() {
  const server = createServer().listen(0, 'localhost')
  await once(server, 'listening')
  const { port } = Object(server.address())
  server.close()
  await once(server, 'close')
  return port
}
