import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { adaId, webAppId } from '../support/identity-app.js'
import { startExample, type Example } from '../support/example.js'
import { plainFetch } from '../support/plain-fetch.js'
import { createUserAgent, signIn } from '../support/user-agent.js'

const folderOf = (name: string) => fileURLToPath(new URL(`../../examples/${name}`, import.meta.url))
// What a developer's shell holds for other apps.
const shell = {
  AZURE_CLIENT_ID: '00000000-1111-4222-8333-444444444444',
  AZURE_CLIENT_CERTIFICATE_PATH: '/nowhere.pem',
  ENTRADA_TENANTS: 'fabrikam.com',
}

describe('the example on Koa', () => {
  let example: Example

  beforeAll(() => {
    example = startExample(shell, folderOf('koa-app'))
  })
  afterAll(() => example.stop())

  it('asks for consent when the inbox is first opened, and ends when told', async () => {
    const origin = await example.origin
    const agent = createUserAgent()
    expect((await agent.get(origin)).html).toContain('Nobody is signed in')
    const inbox = await signIn(agent, `${origin}/inbox`, { user: 'ada@contoso.example' })
    expect(JSON.parse(inbox.html)).toContain('Lunch')
    expect((await agent.get(origin)).html).toBe('Signed in as Ada Example')
    expect(await example.stop('SIGTERM')).toBe(0)
  })
})

describe('the example on Fastify', () => {
  let example: Example

  beforeAll(() => {
    example = startExample(shell, folderOf('fastify-api'))
  })
  afterAll(() => example.stop())

  it('answers the two calls that it prints, and ends when told', async () => {
    const origin = await example.origin
    const refused = await plainFetch(`${origin}/me`)
    expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([401, 'Bearer'])
    const [, token = ''] = /Bearer ([\w.-]+)'/.exec(example.output()) ?? []
    const answer = await plainFetch(`${origin}/me`, {
      headers: { authorization: `Bearer ${token}` },
    })
    expect(await answer.json()).toEqual({ caller: adaId, through: webAppId, name: 'Ada Example' })
    expect(await example.stop('SIGINT')).toBe(0)
  })
})
