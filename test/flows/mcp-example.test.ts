import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { startExample, type Example } from '../support/example.js'
import { createUserAgent, signIn } from '../support/user-agent.js'

const folder = fileURLToPath(new URL('../../examples/mcp-server', import.meta.url))

describe('the MCP server of the examples, with the client beside it', () => {
  let example: Example

  beforeAll(async () => {
    example = startExample({}, folder)
    await example.origin
  }, 30_000)
  afterAll(() => example.stop())

  it('lets the client read the mail of who signs in at the address it prints', async () => {
    const [, url = '', clientId = ''] = /client\.js (\S+) (\S+)/.exec(example.output()) ?? []
    const client = spawn(process.execPath, ['client.js', url, clientId], {
      cwd: folder,
      env: {},
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const ended = once(client, 'exit')
    let printed = ''
    for await (const chunk of client.stdout as AsyncIterable<Buffer>) {
      printed += chunk.toString()
      const [, address] = /sign in: (\S+)\n/.exec(printed) ?? []
      if (address === undefined) continue
      const page = await signIn(createUserAgent(), address, { user: 'ada@contoso.example' })
      expect(page.html).toBe('You may close this window.')
      printed = ''
    }
    expect(printed.trim().split('\n')).toEqual([
      'grace@contoso.example: The quarterly figures',
      'ben@contoso.example: Lunch',
    ])
    expect(await ended).toEqual([0, null])
  })
})
