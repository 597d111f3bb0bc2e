// The `entrada` command as it comes with the package: first in a folder without oidc-provider, which
// only the emulator needs, then with it.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

const environment = {
  PATH: process.env.PATH,
  AZURE_TENANT_ID: '7d1c9a10-5a6e-4a1d-8f6c-0b2f5e9d3a77',
  AZURE_CLIENT_ID: '1c8b5a3e-0f4d-4c2b-8e19-7a6d9b3f2c10',
}

/** What works wherever the package is installed, and what the emulator says when it cannot start. */
export function checkWithoutPeer(folder) {
  expectRun(folder, ['explain', '-'], { code: 1, words: 'not-a-jwt', input: 'no.token.at-all' })
  expectRun(folder, ['doctor', '--offline'], { code: 0, words: '0 errors' })
  const hint = 'npm install --save-dev oidc-provider@9'
  expectRun(folder, ['emulator', '--port', '0'], { code: 1, words: hint })
}

export async function checkWithPeer(folder) {
  const emulator = spawn(programIn(folder), ['emulator', '--port', '0', '--json'], {
    cwd: folder,
    env: environment,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = await once(emulator.stdout, 'data')
  const { origin, authority } = JSON.parse(String(line))
  const answer = await fetch(`${authority}/v2.0/.well-known/openid-configuration`)
  const { issuer } = await answer.json()
  emulator.kill('SIGINT')
  const [code] = await once(emulator, 'close')
  if (code !== 0 || !issuer.startsWith(origin)) {
    throw new Error(`entrada emulator: ended with ${code}, issuer ${issuer}`)
  }
}

function expectRun(folder, args, { code, words, input = '' }) {
  const { status, stdout, stderr } = spawnSync(programIn(folder), args, {
    cwd: folder,
    env: environment,
    input,
    encoding: 'utf8',
    timeout: 60_000, // milliseconds; all of these end by themselves
  })
  const output = stdout + stderr
  if (status === code && output.includes(words)) return
  throw new Error(
    `entrada ${args.join(' ')}: ended with ${status}, expected ${code} and "${words}":\n${output}`,
  )
}

function programIn(folder) {
  return join(folder, 'node_modules/.bin/entrada')
}
