import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, it } from '@jest/globals'

const folder = mkdtempSync(join(tmpdir(), 'entrada-runners-'))
const document = readFileSync('docs/testing.md', 'utf8')
const modules = resolve('node_modules')

// A user's project: their own tests, and the packages they would have installed.
beforeAll(() => {
  mkdirSync(join(folder, 'node_modules'))
  symlinkSync(resolve('.'), join(folder, 'node_modules/entrada'))
  for (const name of ['express', 'express-session', 'supertest', 'vitest', 'jest', '@jest']) {
    symlinkSync(join(modules, name), join(folder, 'node_modules', name))
  }
  writeFileSync(join(folder, 'package.json'), '{ "name": "user", "type": "module" }')
  writeFileSync(join(folder, 'app.js'), fence('file=app.js'))
})
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

function fence(info: string): string {
  const [, code] = new RegExp('^```js ' + info + '\\n([\\s\\S]*?)^```$', 'm').exec(document) ?? []
  if (code === undefined) throw new Error(`docs/testing.md has no program ${info}.`)
  return code
}

async function run(args: string[]): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, args, {
    cwd: folder,
    env: { PATH: process.env['PATH'] ?? '', NO_COLOR: '1' },
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()))
  }
  const code = await new Promise<number | null>((done) => child.once('close', done))
  return { code, output }
}

it.each([
  ['node', ['--test'], /pass 3/],
  ['vitest', ['node_modules/vitest/vitest.mjs', 'run'], /Tests {2}1 passed/],
  [
    'jest',
    ['--experimental-vm-modules', 'node_modules/jest/bin/jest.js', '--testEnvironment=node'],
    /Tests: +1 passed/,
  ],
])(
  'the program of docs/testing.md for %s runs as printed',
  async (runner, args, passed) => {
    const name = `${runner}.test.js`
    writeFileSync(join(folder, name), fence(`run-with=${runner}`))
    const { code, output } = await run([...args, name])
    expect(output).toMatch(passed)
    expect(code).toBe(0)
  },
  120_000,
)
