import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { contosoDirectory, startEmulator, type Emulator } from 'entrada/emulator'
import { ada, adaId, contosoId, webAppId } from '../support/identity-app.js'
import { createUserAgent, signIn } from '../support/user-agent.js'

const { NEXT_APP: folder = '', NEXT_PORT: port = '' } = process.env
const origin = `http://localhost:${port}`
let emulator: Emulator
let child: ChildProcess

beforeAll(async () => {
  emulator = await startEmulator(contosoDirectory())
  const next = ['node_modules/next/dist/bin/next', 'start', '-p', port, '-H', 'localhost']
  child = spawn(process.execPath, next, {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...process.env,
      NODE_ENV: 'production',
      AZURE_AUTHORITY_HOST: emulator.origin,
      ENTRADA_GRAPH_ENDPOINT: emulator.graphOrigin,
    },
  })
  let output = ''
  child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()))
  while (!output.includes('Ready')) await once(child.stdout ?? child, 'data')
}, 60_000)
afterAll(async () => {
  child.kill()
  await once(child, 'exit')
  await emulator.stop()
})

describe('route handlers of Next', () => {
  it('are guarded, and get the parameters that Next passes on', async () => {
    const refused = await fetch(`${origin}/tasks/7`)
    expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([401, 'Bearer'])
    const client = '8a2e4c6f-1b3d-4f59-b7a0-c5d3e1f90264'
    const wanted = { resource: webAppId, client, user: adaId, scopes: ['Tasks.Read'] }
    const authorization = `Bearer ${await emulator.mintToken(wanted)}`
    const answer = await fetch(`${origin}/tasks/7`, { headers: { authorization } })
    expect(await answer.json()).toEqual({ id: '7', owner: adaId })
  })

  it('sign a user in, call Graph for the user, and sign the user out', async () => {
    const browser = createUserAgent()
    const page = await signIn(browser, `${origin}/profile`, ada)
    expect(page.url).toBe(`${origin}/profile`)
    expect(JSON.parse(page.html)).toEqual({ name: 'Ada Example', displayName: 'Ada Example' })
    expect((await browser.get(`${origin}/profile`)).hops).toHaveLength(1)
    const bye = await browser.submit(await browser.get(`${origin}/auth/logout`))
    expect(bye.url).toContain(`/${contosoId}/oauth2/v2.0/logout?`)
    expect((await browser.step(`${origin}/profile`)).status).toBe(302)
  })
})
