// The package as a user gets it: packed, installed in an empty folder, type-checked from ESM and
// CommonJS programs, imported and required on every supported line of Node, and its command run.
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { checkWithoutPeer, checkWithPeer } from './check-command.js'

const nodeVersions = ['20.19.0', '22.12.0', '22', '24']
const folder = mkdtempSync(join(tmpdir(), 'entrada-package-'))
const here = process.cwd()

try {
  const tarball = run('npm', ['pack', '--silent', '--pack-destination', folder], here).trim()
  installInto(folder, tarball)
  cpSync(join(here, 'test/package'), folder, { recursive: true })
  run(join(folder, 'node_modules/.bin/tsc'), ['-p', folder], folder)
  const bundler = ['--module', 'preserve', '--moduleResolution', 'bundler']
  run(join(folder, 'node_modules/.bin/tsc'), ['-p', folder, ...bundler], folder)
  console.log('types: ESM and CommonJS programs compile, with nodenext and with bundler')
  checkWithoutPeer(folder)
  for (const version of nodeVersions) {
    const node = nodeBinary(version)
    for (const program of ['import.mjs', 'require.cjs']) {
      console.log(`node ${version}: ${run(node, [join(folder, program)], folder).trim()}`)
    }
  }
  run('npm', ['install', '--no-audit', '--no-fund', '--silent', 'oidc-provider@9'], folder)
  await checkWithPeer(folder)
  console.log('command: runs without oidc-provider, and its emulator with it')
} finally {
  rmSync(folder, { recursive: true, force: true })
}

function installInto(target, tarball) {
  writeFileSync(join(target, 'package.json'), '{ "name": "user", "private": true }\n')
  const types = [
    'typescript@6.0.3',
    '@types/node@20',
    '@types/express@5',
    '@types/koa@3',
    'fastify@5',
    'hono@4',
  ]
  run('npm', ['install', '--no-audit', '--no-fund', '--silent', `./${tarball}`, ...types], target)
}

/** A Node of another version, from the registry, where its binaries are packages. */
function nodeBinary(version) {
  const target = join(folder, `node-${version}`)
  mkdirSync(target)
  const name = `node-${process.platform}-${process.arch}@${version}`
  const packed = run('npm', ['pack', '--silent', name], target).trim().split('\n').at(-1) ?? ''
  run('tar', ['-xzf', packed], target)
  return join(target, 'package/bin/node')
}

function run(command, args, cwd) {
  return execFileSync(command, args, {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}
