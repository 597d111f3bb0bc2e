// A real Redis for rigs and tests: a process of its own on a free port of loopback, with its files
// in a folder of its own.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

export const redisExecutable = '/usr/bin/redis-server'

/**
 * @typedef {object} RunningRedis
 * @property {string} url `redis://127.0.0.1:PORT`
 * @property {() => Promise<void>} kill Ends the process as a crash would; what it had written is on disk.
 * @property {() => Promise<void>} restart Starts it again, on the same port and with what is on disk.
 * @property {() => void} freeze Stops answering without closing a connection.
 * @property {() => void} thaw Goes on after `freeze`.
 * @property {() => Promise<void>} stop Ends it and removes its files.
 */

/** @returns {Promise<RunningRedis>} */
export async function startRedis() {
  const folder = mkdtempSync(join(tmpdir(), 'entrada-redis-'))
  const port = await freePort()
  let server = await start(port, folder)

  async function kill() {
    if (server.exitCode !== null || server.signalCode !== null) return
    const exited = once(server, 'exit')
    server.kill('SIGKILL')
    await exited
  }

  return {
    url: `redis://127.0.0.1:${port}`,
    kill,
    async restart() {
      server = await start(port, folder)
    },
    freeze() {
      server.kill('SIGSTOP')
    },
    thaw() {
      server.kill('SIGCONT')
    },
    async stop() {
      await kill()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/**
 * @param {number} port
 * @param {string} folder
 */
async function start(port, folder) {
  const settings = [
    ['--bind', '127.0.0.1', '--port', String(port), '--dir', folder],
    ['--save', '', '--appendonly', 'yes', '--appendfsync', 'always'],
  ]
  const server = spawn(redisExecutable, settings.flat(), { stdio: 'ignore' })
  for (let attempt = 0; attempt < 200; attempt += 1) {
    if (server.exitCode !== null) throw new Error('redis-server ended at once.')
    if (await answers(port)) return server
    await pause(25)
  }
  server.kill('SIGKILL')
  throw new Error(`redis-server does not answer on port ${port}.`)
}

/**
 * @param {number} port
 * @returns {Promise<boolean>}
 */
function answers(port) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'))
    socket.once('data', (data) => {
      socket.destroy()
      resolve(data.toString().startsWith('+PONG'))
    })
    socket.once('error', () => resolve(false))
  })
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('No TCP port.')
  return address.port
}
