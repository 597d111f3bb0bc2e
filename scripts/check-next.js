// Route handlers on a real Next: the packed package and Next in a temporary folder, the app of
// test/next built there, and test/next run against it.
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const here = process.cwd()
const folder = mkdtempSync(join(tmpdir(), 'entrada-next-'))
const port = await freePort()
const environment = {
  ...process.env,
  NEXT_APP: folder,
  NEXT_PORT: String(port),
  NEXT_TELEMETRY_DISABLED: '1',
  AZURE_TENANT_ID: '7d1c9a10-5a6e-4a1d-8f6c-0b2f5e9d3a77',
  AZURE_CLIENT_ID: '5e7f2d91-6b3a-4e88-a1c4-9d0b8f7e6a52',
  AZURE_CLIENT_SECRET: 'web-app-secret-for-the-emulator-only',
  ENTRADA_BASE_URL: `http://localhost:${port}`,
  ENTRADA_SECRET: 'a-secret-of-the-next-tests-32-characters',
}

try {
  const pack = ['pack', '--silent', '--pack-destination', folder]
  const tarball = execFileSync('npm', pack, { encoding: 'utf8' }).trim().split('\n').at(-1)
  writeFileSync(
    join(folder, 'package.json'),
    '{ "name": "user", "private": true, "type": "module" }',
  )
  const packages = [`./${tarball}`, 'next@16.4.6', 'react@19', 'react-dom@19']
  run('npm', ['install', '--no-audit', '--no-fund', '--silent', ...packages], folder)
  for (const part of ['app', 'lib']) {
    cpSync(join(here, 'test/next', part), join(folder, part), { recursive: true })
  }
  run(process.execPath, ['node_modules/next/dist/bin/next', 'build'], folder)
  const jest = ['node_modules/jest/bin/jest.js', '--config', 'test/next/jest.config.js']
  const flags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning']
  run(process.execPath, [...flags, ...jest], here)
} finally {
  rmSync(folder, { recursive: true, force: true })
}

function run(command, args, cwd) {
  execFileSync(command, args, { cwd, env: environment, stdio: 'inherit' })
}

/** `next build` wants the base URL before anything listens. */
async function freePort() {
  const server = createServer()
  server.listen(0, 'localhost')
  await once(server, 'listening')
  const { port: free } = Object(server.address())
  server.close()
  await once(server, 'close')
  return free
}
