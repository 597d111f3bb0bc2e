// Servers and the load on them in processes of their own, which end with this one.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const running = new Set()
process.on('exit', () => running.forEach((child) => child.kill('SIGTERM')))
for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
]) {
  process.once(signal, () => process.exit(code))
}

/** Starts a program of this folder and asks it questions by message. */
export async function startProcess(program, told, execArgv = []) {
  const child = fork(fileURLToPath(new URL(program, import.meta.url)), [], {
    execArgv: [...execArgv, '--disable-warning=ExperimentalWarning'],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    serialization: 'advanced',
  })
  running.add(child)
  let complaint = ''
  child.stderr.on('data', (chunk) => (complaint = `${complaint}${chunk}`.slice(-2_000)))

  // One question at a time.
  let settle = () => undefined
  child.on('message', (answer) => settle(answer))
  child.on('error', (error) => settle({ error: error.message }))
  child.on('exit', () => {
    running.delete(child)
    settle({ error: complaint || 'The process ended.' })
  })

  async function ask(message) {
    const answered = new Promise((resolve) => (settle = resolve))
    child.send(message)
    const answer = await answered
    if (answer.error !== undefined) throw new Error(answer.error)
    return answer
  }

  async function stop() {
    if (!running.has(child)) return
    const ended = once(child, 'exit')
    child.kill('SIGTERM')
    await Promise.race([ended, pause(2_000, undefined, { ref: false })])
    if (running.has(child)) child.kill('SIGKILL')
    await ended
  }

  try {
    return { ask, stop, ...(await ask(told)) }
  } catch (error) {
    await stop()
    throw error
  }
}
