import { request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import { afterAll, beforeEach, beforeAll, describe, expect, it } from '@jest/globals'
import { contosoDirectory, startEmulator, type Emulator } from '../../src/emulator/index.js'
import {
  ada,
  authorize,
  daemon,
  daemonSecret,
  graph,
  postToken,
  redeem,
  start,
  stopAll,
  tasksApi,
} from './contoso.js'

let emulator: Emulator
beforeAll(async () => {
  emulator = await start()
})
beforeEach(() => {
  emulator.faults.clear()
  emulator.clearRequests()
})
afterAll(stopAll)

const clientCredentials = {
  grant_type: 'client_credentials',
  client_id: daemon,
  client_secret: daemonSecret,
  scope: `api://${tasksApi}/.default`,
}

function statusFor(url: string, headers: Record<string, string>): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    httpRequest(url, { headers }, (response) => {
      response.resume()
      resolve(response.statusCode)
    })
      .on('error', reject)
      .end()
  })
}

describe('the listener', () => {
  it('answers under its own names and refuses every other', async () => {
    const url = `${emulator.authority}/v2.0/.well-known/openid-configuration`
    const { port } = new URL(emulator.listening)
    for (const host of [`localhost:${port}`, `127.0.0.1:${port}`, `[::1]:${port}`]) {
      expect(await statusFor(url, { host })).toBe(200)
    }
    expect(await statusFor(url, { host: 'evil.example' })).toBe(421)
    expect(await statusFor(`${emulator.graphOrigin}/v1.0/me`, { host: 'evil.example' })).toBe(421)
  })

  it('answers under its public origin', async () => {
    const other = await start(undefined, { publicOrigin: 'https://login.microsoftonline.us' })
    const url = `${other.listening}/common/v2.0/.well-known/openid-configuration`
    expect(await statusFor(url, { host: 'login.microsoftonline.us' })).toBe(200)
  })

  it('is gone after stop, open connections included', async () => {
    const other = await startEmulator()
    other.faults.set({ endpoint: 'discovery', kind: 'hang' })
    const hanging = fetch(`${other.authority}/v2.0/.well-known/openid-configuration`)
    const failed = expect(hanging).rejects.toThrow()
    await new Promise((resolve) => setTimeout(resolve, 50))
    await other.stop()
    await failed
    await expect(fetch(other.listening)).rejects.toThrow()
  })

  it.each(['//', '//evil.example/emulator', '*'])(
    'answers 404 to the path %s, which names no other host',
    async (path) => {
      const { hostname, port } = new URL(emulator.listening)
      const status = await new Promise((resolve, reject) => {
        httpRequest({ hostname, port, path }, (response) => {
          response.resume()
          resolve(response.statusCode)
        })
          .on('error', reject)
          .end()
      })
      expect(status).toBe(404)
    },
  )

  it('shows a page for an address that does not exist, and for error_uri', async () => {
    expect((await fetch(`${emulator.origin}/nothing/here`)).status).toBe(404)
    const page = await fetch(`${emulator.origin}/error?code=65001`)
    expect(page.status).toBe(200)
    expect(await page.text()).toContain('AADSTS65001')
  })
})

describe('bodies', () => {
  const token = () => `${emulator.authority}/oauth2/v2.0/token`

  it('that are too long are refused and read to their end', async () => {
    const body = `scope=${'x'.repeat(2 * 1024 * 1024)}`
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    const response = await fetch(token(), { method: 'POST', headers, body })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ error_codes: [9002313] })
  })

  it('of another type are refused', async () => {
    const response = await fetch(token(), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(clientCredentials),
    })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ error: 'invalid_request' })
  })

  it('that break off harm nobody else', async () => {
    const { port } = new URL(emulator.listening)
    await new Promise<void>((resolve) => {
      const socket = connect(Number(port), '127.0.0.1', () => {
        socket.write(
          'POST /common/oauth2/v2.0/token HTTP/1.1\r\nHost: localhost\r\n' +
            'Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000\r\n\r\ngrant_',
          () => {
            socket.destroy()
            resolve()
          },
        )
      })
    })
    expect((await postToken(emulator, clientCredentials)).status).toBe(200)
  })
})

describe('faults', () => {
  it('answer a status with Retry-After, as often as told', async () => {
    const body = { error: 'temporarily_unavailable' }
    emulator.faults.set({
      endpoint: 'token',
      kind: 'status',
      status: 429,
      retryAfter: 7,
      body,
      times: 1,
    })
    const throttled = await postToken(emulator, clientCredentials)
    expect(throttled.status).toBe(429)
    expect(throttled.headers.get('retry-after')).toBe('7')
    expect(throttled.body).toEqual(body)
    expect((await postToken(emulator, clientCredentials)).status).toBe(200)
    expect(emulator.requests.map(({ status }) => status)).toEqual([429, 200])
    expect(emulator.requests[0]?.parameters.grant_type).toBe('client_credentials')
  })

  it('drop the connection', async () => {
    emulator.faults.set({ endpoint: 'keys', kind: 'reset' })
    await expect(fetch(`${emulator.origin}/common/discovery/v2.0/keys`)).rejects.toThrow(
      'fetch failed',
    )
    expect((await postToken(emulator, clientCredentials)).status).toBe(200)
  })

  it('answer late', async () => {
    emulator.faults.set({ endpoint: 'any', kind: 'slow', ms: 60, times: 1 })
    const begin = performance.now()
    expect((await postToken(emulator, clientCredentials)).status).toBe(200)
    expect(performance.now() - begin).toBeGreaterThan(55)
  })

  it('answer what nobody can read', async () => {
    emulator.faults.set({ endpoint: 'discovery', kind: 'garbage', times: 1 })
    const response = await fetch(`${emulator.authority}/v2.0/.well-known/openid-configuration`)
    expect(response.status).toBe(200)
    await expect(response.json()).rejects.toThrow('not valid JSON')
  })

  it('reach Microsoft Graph, too', async () => {
    emulator.faults.set({ endpoint: 'graph', kind: 'status', status: 503, times: 1 })
    expect((await fetch(`${emulator.graphOrigin}/v1.0/me`)).status).toBe(503)
  })
})

describe('request records', () => {
  it('tell what was asked and answered, without the secrets', async () => {
    const { answer } = await authorize(emulator, { scope: 'openid offline_access User.Read' })
    const { body } = await redeem(emulator, answer.get('code'))
    await redeem(emulator, answer.get('code'))
    const [authorizeRecord] = emulator.requests.filter(({ endpoint }) => endpoint === 'authorize')
    expect(authorizeRecord).toMatchObject({
      method: 'GET',
      status: 303,
      tenant: emulator.authority.split('/').at(-1),
      parameters: { scope: 'openid offline_access User.Read' },
    })
    const [first, second] = emulator.requests.filter(({ endpoint }) => endpoint === 'token')
    expect(first).toMatchObject({
      status: 200,
      parameters: {
        grant_type: 'authorization_code',
        code: '[redacted]',
        client_secret: '[redacted]',
      },
    })
    expect(second).toMatchObject({ status: 400, error: 'invalid_grant', codes: [54005] })
    const all = JSON.stringify(emulator.requests)
    expect(all).not.toContain(answer.get('code'))
    expect(all).not.toContain(String(body.refresh_token))
  })

  it('show the claims of a token Graph has accepted', async () => {
    const bearer = await emulator.mintToken({ resource: graph, user: ada, scopes: ['User.Read'] })
    await fetch(`${emulator.graphOrigin}/v1.0/me`, {
      headers: { authorization: `Bearer ${bearer}` },
    })
    expect(emulator.requests).toMatchObject([
      { endpoint: 'graph', path: '/v1.0/me', status: 200, token: { oid: ada, scp: 'User.Read' } },
    ])
  })
})

describe('the directory', () => {
  it('is a copy, and alive', async () => {
    const given = contosoDirectory()
    const other = await start(given)
    const client = other.directory.applications.find(({ appId }) => appId === daemon)
    client?.secrets?.push('a second secret')
    const request = { ...clientCredentials, client_secret: 'a second secret' }
    expect((await postToken(other, request)).status).toBe(200)
    expect(given.applications.find(({ appId }) => appId === daemon)?.secrets).toHaveLength(1)
  })

  it('without a tenant is refused', async () => {
    await expect(startEmulator({ tenants: [], applications: [] })).rejects.toThrow('no tenants')
  })
})
