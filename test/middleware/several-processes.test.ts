import { fork } from 'node:child_process'
import { once } from 'node:events'
import { describe, expect, it } from '@jest/globals'
import { createMemoryTokenStore } from '../support/memory-token-store.js'
import { createInstance } from '../../src/middleware/instance.js'
import { machineWith } from '../support/daemon.js'

const options = {
  tenant: '7d1c9a10-5a6e-4a1d-8f6c-0b2f5e9d3a77',
  clientId: '5e7f2d91-6b3a-4e88-a1c4-9d0b8f7e6a52',
  credential: { secret: 'a client secret' },
  baseUrl: 'https://app.contoso.example',
  secret: 's'.repeat(32),
}

function warningsOn(
  environment: Record<string, string>,
  more: object = {},
  isClusterWorker = false,
) {
  const machine = { ...machineWith(environment), isClusterWorker }
  createInstance({ ...options, ...more }, machine).pages.signIn({})
  return machine.warnings
}

describe('a process that is one of several', () => {
  it.each([
    ['NODE_APP_INSTANCE', '1'],
    ['CF_INSTANCE_INDEX', '3'],
    ['DYNO', 'web.2'],
    ['DYNO', 'web.12'],
  ])('is warned at start-up that they share nothing: %s=%s', (name, value) => {
    expect(warningsOn({ [name]: value })).toEqual([
      expect.stringMatching(`one of several \\(${name} is ${value}\\).*redisTokenStore`),
    ])
  })

  it('is warned when it is a worker of a cluster', () => {
    expect(warningsOn({}, {}, true)).toEqual([expect.stringContaining('a worker of node:cluster')])
  })

  it('is not warned with a store', () => {
    const store = createMemoryTokenStore({ clock: Date.now, capacity: 1_000 })
    expect(warningsOn({ NODE_APP_INSTANCE: '1' }, { store }, true)).toEqual([])
  })

  it.each([{}, { NODE_APP_INSTANCE: '0' }, { DYNO: 'web.1' }, { NODE_APP_INSTANCE: '' }])(
    'is not guessed: %j',
    (environment) => {
      expect(warningsOn(environment)).toEqual([])
    },
  )

  it('knows a real worker of node:cluster', async () => {
    const child = fork('test/support/clustered-app.mjs', [JSON.stringify(options)], {
      execArgv: [],
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    })
    let said = ''
    child.stdout?.on('data', (chunk: Buffer) => (said += chunk.toString()))
    await once(child, 'exit')
    expect(said).toContain('one of several (a worker of node:cluster)')
  })
})
