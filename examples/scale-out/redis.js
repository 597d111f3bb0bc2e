// The Redis at REDIS_URL, or one that runs for as long as the example does and keeps nothing.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'

const port = 6390

export async function useRedis() {
  const { REDIS_URL } = process.env
  if (REDIS_URL) return { redisUrl: REDIS_URL, stopRedis: async () => {} }

  const settings = ['--bind', '127.0.0.1', '--port', String(port), '--save', '']
  const server = spawn('redis-server', settings, { stdio: 'ignore' })
  server.once('error', () => {
    console.error('redis-server is not installed. Install it, or set REDIS_URL to a running Redis.')
    process.exit(1)
  })
  while (!(await answers())) await pause(50)
  return {
    redisUrl: `redis://127.0.0.1:${port}`,
    async stopRedis() {
      server.kill()
      await once(server, 'exit')
    },
  }
}

function answers() {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
