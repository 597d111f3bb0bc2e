// Servers and the load on them in processes of their own.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** Starts a program of this folder and asks it questions by message. */
export async function startProcess(program, told, execArgv = []) {
  const child = fork(fileURLToPath(new URL(program, import.meta.url)), [], {
    execArgv: [...execArgv, '--disable-warning=ExperimentalWarning'],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    serialization: 'advanced',
  })
  let complaint = ''
  child.stderr.on('data', (chunk) => (complaint = `${complaint}${chunk}`.slice(-2_000)))

  // One question at a time.
  let settle = () => undefined
  child.on('message', (answer) => settle(answer))
  child.on('exit', () => settle({ error: complaint || 'The process ended.' }))

  async function ask(message) {
    const answered = new Promise((resolve) => (settle = resolve))
    child.send(message)
    const answer = await answered
    if (answer.error !== undefined) throw new Error(answer.error)
    return answer
  }

  async function stop() {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGKILL')
    await once(child, 'exit')
  }

  try {
    return { ask, stop, ...(await ask(told)) }
  } catch (error) {
    await stop()
    throw error
  }
}

/** What a platform tells to another process; never the private key. */
export function toldOf({ origin, secureOrigin, ca, issuer, jwksUri, key: { kid, jwk, pem } }) {
  return { origin, secureOrigin, ca, issuer, jwksUri, key: { kid, jwk, pem } }
}
