import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import {
  delegated,
  expectError,
  read,
  startGraph,
  type RunningGraph,
} from '../support/graph-calls.js'

let graph: RunningGraph

beforeAll(async () => {
  graph = await startGraph()
})

afterAll(() => graph.stop())

describe('the envelope', () => {
  it('carries the request ids, in headers and in errors', async () => {
    const id = '5f3b7f0e-9a1c-4a0a-8a35-0f6a4b5c6d7e'
    const { headers, body } = await graph.call('/v1.0/nothing', delegated('User.Read'), {
      headers: { 'client-request-id': id },
    })
    expect(headers.get('request-id')).toMatch(/^[\da-f-]{36}$/)
    expect(headers.get('client-request-id')).toBe(id)
    expect(JSON.parse(headers.get('x-ms-ags-diagnostic') ?? '')).toHaveProperty('ServerInfo')
    expect(body).toEqual({
      error: {
        code: 'BadRequest',
        message: "Resource not found for the segment 'nothing'.",
        innerError: {
          date: '2026-09-21T14:18:20',
          'request-id': headers.get('request-id'),
          'client-request-id': id,
        },
      },
    })
  })

  it('uses the request id when the client sends none, or something that is not a GUID', async () => {
    for (const sent of [{}, { 'client-request-id': 'not a guid' }]) {
      const { headers } = await graph.call('/v1.0/me', delegated('User.Read'), { headers: sent })
      expect(headers.get('client-request-id')).toBe(headers.get('request-id'))
    }
  })

  it('says that a result is OData 4.0', async () => {
    const { headers } = await graph.call('/v1.0/me', delegated('User.Read'))
    expect(headers.get('odata-version')).toBe('4.0')
    expect(headers.get('content-type')).toMatch(/^application\/json;odata\.metadata=minimal;/)
    expect(headers.get('x-ms-resource-unit')).toBe('1')
  })

  it('answers 405 to another method and names those it knows', async () => {
    const answer = await graph.call('/v1.0/me', delegated('User.Read'), { method: 'DELETE' })
    expectError(answer, 405, 'Request_BadRequest', /method is not allowed/)
    expect(answer.headers.get('allow')).toBe('GET')
  })

  it.each([
    ['/v2.0/me', /Invalid version: v2.0/],
    ['/v1.0/me/drive', /segment 'drive'/],
    ['/oidc/token', /segment 'token'/],
    ['/v1.0/users/%E0%A4%A', /percent-encoded/],
    ['/', /Invalid version/],
  ])('answers 400 to the path %s', async (path, message) => {
    expectError(await graph.call(path, delegated('User.Read')), 400, 'BadRequest', message)
  })

  it('links to the host it was given', async () => {
    const other = await startGraph({ graphHost: 'graph.microsoft.us' })
    const { body } = await other.call('/v1.0/me/messages?$top=1', delegated('Mail.Read'))
    expect(body).toMatchObject({
      '@odata.nextLink': 'https://graph.microsoft.us/v1.0/me/messages?%24top=1&%24skip=1',
    })
    await other.stop()
  })

  it('says that a fault of its own is its own', async () => {
    const directory = {
      applications: [],
      get tenants(): never {
        throw new Error('disk on fire')
      },
    }
    const broken = await startGraph({ directory })
    const answer = await broken.call('/v1.0/me', delegated('User.Read'))
    expectError(answer, 500, 'UnknownError', /emulator's Graph failed: disk on fire/)
    await broken.stop()
  })
})

describe('authentication', () => {
  const challenge =
    'Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", client_id="00000003-0000-0000-c000-000000000000"'

  it.each([
    ['no Authorization header', {}],
    ['another scheme', { authorization: 'Basic YTpi' }],
    ['a scheme without a token', { authorization: 'Bearer ' }],
    ['two words after the scheme', { authorization: 'Bearer a b' }],
  ])('answers 401 to %s', async (_, headers) => {
    const response = await fetch(`${graph.origin}/v1.0/me`, { headers })
    expect(response.headers.get('www-authenticate')).toBe(challenge)
    expectError(await read(response), 401, 'InvalidAuthenticationToken', /Access token is empty/)
  })

  it('answers 401 with the reason when the token is refused', async () => {
    const answer = await graph.call('/v1.0/me', 'a-token-nobody-issued')
    expect(answer.headers.get('www-authenticate')).toBe(challenge)
    expectError(answer, 401, 'InvalidAuthenticationToken', /^Lifetime validation failed$/)
  })

  it('asks for a token before it tells which paths exist', async () => {
    const response = await fetch(`${graph.origin}/v1.0/nothing`)
    expect(response.status).toBe(401)
  })
})
