import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { contosoDirectory, type Emulator } from '../../src/emulator/index.js'
import {
  authorize,
  authorizeUrl,
  browser,
  callback,
  redeem,
  start,
  stopAll,
  tasksApi,
} from './contoso.js'

const uri = 'https://mcp.contoso.example/mcp'

let emulator: Emulator
beforeAll(async () => {
  const directory = contosoDirectory()
  directory.applications.find(({ appId }) => appId === tasksApi)?.identifierUris.push(uri)
  emulator = await start(directory)
})
afterAll(stopAll)

describe('the resource parameter', () => {
  it.each([
    ['the address with a slash', `${uri}/`, `${uri}/Tasks.Read`],
    ['the origin', new URL(uri).origin, `${uri}/Tasks.Read`],
    ['the client ID', tasksApi, `${uri}/Tasks.Read`],
    ['another API than the scope', uri, 'User.Read'],
    ['one API of two', uri, `${uri}/Tasks.Read User.Read`],
    ['an API beside sign-in alone', uri, 'openid profile'],
  ])('AADSTS9010010 is not %s', async (_what, resource, scope) => {
    const page = await browser().step(authorizeUrl(emulator, { scope, parameters: { resource } }))
    const { searchParams } = new URL(page.location ?? '')
    expect(page.location).toMatch(new RegExp(`^${callback}\\?`))
    expect(searchParams.get('error')).toBe('invalid_target')
    expect(searchParams.get('error_description')).toMatch(/^AADSTS9010010: /)
  })

  it.each([
    [uri, `openid ${uri}/Tasks.Read`],
    [uri, `api://${tasksApi}/Tasks.Read`],
    ['https://graph.microsoft.com', 'User.Read'],
  ])('may be %s beside %s, at both endpoints', async (resource, scope) => {
    const { answer } = await authorize(emulator, { scope, parameters: { resource } })
    const code = answer.get('code')
    const mismatched = await redeem(emulator, code, { resource: 'https://elsewhere.example' })
    expect(mismatched.body).toMatchObject({ error: 'invalid_target', error_codes: [9010010] })
    const again = await authorize(emulator, { scope, parameters: { resource } })
    const tokens = await redeem(emulator, again.answer.get('code'), { resource })
    expect(tokens.status).toBe(200)
  })
})
