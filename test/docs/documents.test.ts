import { existsSync, readFileSync } from 'node:fs'
import { execFile } from 'node:child_process'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { contosoDirectory, startEmulator, type Emulator } from 'entrada/emulator'
import {
  certificatePathVariable,
  environmentVariables,
  tokenFileVariable,
} from '../../src/middleware/environment.js'
import { refusalDescriptions } from '../../src/protocol/refusal-reason.js'
import { redisServer, startRedis, type RunningRedis } from '../support/redis.js'
import { describeWithService } from '../support/services.js'
import {
  documentFiles,
  documentPrograms,
  runProgram,
  type DocumentProgram,
} from './document-programs.js'
import { checks } from './program-checks.js'

let emulator: Emulator

beforeAll(async () => {
  emulator = await startEmulator(contosoDirectory())
})
afterAll(() => emulator.stop())

const checkOf = ({ document, name }: DocumentProgram) => checks[`${document}: ${name}`]

/** The programs that need the same beside the emulator, as rows of a table. */
const programsThatNeed = (needs: 'redis' | undefined) =>
  documentPrograms()
    .filter((program) => checkOf(program)?.needs === needs)
    .map((program) => [program.document, program.name, program] as const)

async function runAsPrinted(program: DocumentProgram, more: Record<string, string> = {}) {
  const check = checkOf(program)
  if (check === undefined) throw new Error('Write a check for this program: program-checks.ts.')
  const running = await runProgram(program, { ...(await check.environment(emulator)), ...more })
  try {
    await check.run(running, emulator)
  } finally {
    await running.stop()
  }
}

describeWithService(redisServer, 'the programs of the documents that need Redis', () => {
  let redis: RunningRedis
  beforeAll(async () => {
    redis = await startRedis()
  })
  afterAll(() => redis.stop())

  it.each(programsThatNeed('redis'))('%s: %s', (_document, _name, program) =>
    runAsPrinted(program, { REDIS_URL: redis.url }),
  )
})

describe('the programs of the documents, run as printed on the emulator', () => {
  it.each(programsThatNeed(undefined))('%s: %s', (_document, _name, program) =>
    runAsPrinted(program),
  )

  it('docs/call-graph.md: a daemon, which ends by itself', async () => {
    const [, code = ''] =
      /^```js\n([^`]*?forApp\(\)\.graph[^`]*?)^```$/m.exec(
        readFileSync('docs/call-graph.md', 'utf8'),
      ) ?? []
    const environment = {
      PATH: process.env['PATH'],
      AZURE_AUTHORITY_HOST: emulator.origin,
      AZURE_TENANT_ID: '7d1c9a10-5a6e-4a1d-8f6c-0b2f5e9d3a77',
      AZURE_CLIENT_ID: '8a2e4c6f-1b3d-4f59-b7a0-c5d3e1f90264',
      AZURE_CLIENT_SECRET: 'daemon-secret-for-the-emulator-only',
      ENTRADA_GRAPH_ENDPOINT: emulator.graphOrigin,
    }
    emulator.grants.grantApplication({
      tenant: environment.AZURE_TENANT_ID,
      client: environment.AZURE_CLIENT_ID,
      resource: '00000003-0000-0000-c000-000000000000',
      roles: ['User.Read.All'],
    })
    const run = promisify(execFile)
    const words = ['--input-type=module', '--eval', code]
    const { stdout } = await run(process.execPath, words, { env: environment })
    expect(stdout).toContain('Ada Example')
  })

  it('has no check left over from a program that is gone', () => {
    const names = documentPrograms().map(({ document, name }) => `${document}: ${name}`)
    expect(Object.keys(checks).sort()).toEqual(names.sort())
  })
})

describe('the documents', () => {
  it('name every environment variable that is read', () => {
    const table = readFileSync('docs/configuration.md', 'utf8')
    for (const variable of [
      ...Object.values(environmentVariables),
      certificatePathVariable,
      tokenFileVariable,
    ]) {
      expect(table).toContain(`\`${variable}\``)
    }
  })

  it('have a heading for every error code, and for no other', () => {
    const source = readFileSync('src/protocol/entra-error.ts', 'utf8')
    const codes = [...new Set(source.match(/ERR_ENTRA_[A-Z_]+/g))]
    const headings = readFileSync('docs/errors.md', 'utf8').match(/^### ERR_ENTRA_[A-Z_]+$/gm) ?? []
    expect(headings.map((heading) => heading.slice(4)).sort()).toEqual(codes.sort())
  })

  it('name every reason of a refusal, and no other', () => {
    const rows = readFileSync('docs/errors.md', 'utf8').match(
      /^\| `[a-z]+-.*?\||^\| `[a-z]+`.*?\|/gm,
    )
    const named = (rows ?? []).flatMap((row) =>
      [...row.matchAll(/`([a-z-]+)`/g)].map(([, name]) => name),
    )
    expect(named.filter((name) => name !== 'reason').sort()).toEqual(
      Object.keys(refusalDescriptions).sort(),
    )
  })

  it.each(documentFiles())('%s leads to files that exist', (document) => {
    const text = readFileSync(document, 'utf8')
    const targets = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)(?:#[^)]*)?\)/g)].map(
      ([, path]) => path ?? '',
    )
    const missing = targets.filter((path) => !existsSync(join(dirname(document), path)))
    expect(missing).toEqual([])
  })
})
