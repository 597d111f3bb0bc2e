import { afterEach, describe, expect, it } from '@jest/globals'
import type { RequestListener } from 'node:http'
import { echo, echoOf } from './echo.js'
import { serve, type LoopbackServer } from './loopback-server.js'
import { createUserAgent, type UserAgent } from './user-agent.js'

const servers: LoopbackServer[] = []

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop()))
})

describe('the cookie jar', () => {
  it('come back to the port, path and time they are for', async () => {
    let time = 0
    const agent = createUserAgent({ now: () => time })
    const server = await started(
      setting([
        'a=1',
        'b=2; Path=/deep',
        'c=3; Max-Age=10',
        'd=4; Expires=Thu, 01 Jan 1970 00:00:20 GMT',
      ]),
    )
    await agent.get(`${server.origin}/set`)
    expect(await cookiesAt(server, '/', agent)).toBe('a=1; c=3; d=4')
    expect(await cookiesAt(server, '/deep/er', agent)).toBe('b=2; a=1; c=3; d=4')
    expect(await cookiesAt(server, '/deeper', agent)).not.toContain('b=2')
    time = 15_000
    expect(await cookiesAt(server, '/', agent)).toBe('a=1; d=4')
    expect(await cookiesAt(await started(echo), '/', agent)).toBeUndefined()
  })

  it('are shared between ports like in a browser when asked for', async () => {
    const agent = createUserAgent({ portsShareCookies: true })
    await agent.get(`${(await started(setting(['a=1']))).origin}/set`)
    expect(await cookiesAt(await started(echo), '/', agent)).toBe('a=1')
  })

  it('leave with Max-Age=0', () => {
    const agent = createUserAgent()
    const jar = agent.cookies
    jar.store(new URL('http://localhost/'), ['a=1; Path=/', 'b=1; Path=/'])
    jar.store(new URL('http://localhost/'), ['a=; Path=/; Max-Age=0'])
    expect(jar.all().map(({ name }) => name)).toEqual(['b'])
  })

  it.each([
    ['https://app.example/', 's=1; Secure', true],
    ['http://localhost:1/', 's=1; Secure', true],
    ['http://127.0.0.1:1/', 's=1; Secure', true],
    ['http://app.example/', 's=1; Secure', false],
    ['http://localhost:1/', 's=1; SameSite=None', false],
    ['http://localhost:1/', '__Host-s=1; Secure; Path=/', true],
    ['http://localhost:1/', '__Host-s=1; Path=/', false],
    ['https://app.example/', '__Host-s=1; Secure; Path=/x', false],
    ['https://app.example/', '__Host-s=1; Secure; Path=/; Domain=app.example', false],
    ['https://app.example/', '__Secure-s=1', false],
    ['https://app.example/', 's=1; Domain=other.example', false],
  ])('at %s with %s are kept: %s', (url, header, kept) => {
    const { cookies } = createUserAgent()
    cookies.store(new URL(url), [header])
    expect(cookies.all()).toHaveLength(kept ? 1 : 0)
  })

  it('holds no cookie above 4096 bytes', () => {
    const { cookies } = createUserAgent()
    cookies.store(new URL('https://app.example/'), [
      `s=${'x'.repeat(4096)}`,
      `t=${'x'.repeat(4095)}`,
    ])
    expect(cookies.all().map(({ name }) => name)).toEqual(['t'])
  })

  it.each([
    ['GET', true, 'lax=1; unset=1; none=1'],
    ['POST', true, 'none=1'],
    ['GET', false, 'none=1'],
  ])('follow SameSite on a cross-site %s (top level: %s)', (method, topLevel, sent) => {
    const { cookies } = createUserAgent()
    const app = new URL('http://localhost:1/')
    cookies.store(app, [
      'strict=1; SameSite=Strict',
      'lax=1; SameSite=Lax',
      'unset=1',
      'none=1; SameSite=None; Secure',
    ])
    const initiator = 'http://127.0.0.1:2'
    expect(cookies.headerFor(app, { method, topLevel, initiator })).toBe(sent)
    const sameSite = { method, topLevel, initiator: 'http://localhost:2' }
    expect(cookies.headerFor(app, sameSite)?.split('; ')).toHaveLength(4)
  })
})

async function started(listener: RequestListener): Promise<LoopbackServer> {
  const server = await serve(listener)
  servers.push(server)
  return server
}

function setting(cookies: string[]): RequestListener {
  return (request, response) => {
    if (request.url === '/set') response.setHeader('set-cookie', cookies)
    echo(request, response)
  }
}

async function cookiesAt(server: LoopbackServer, path: string, agent: UserAgent) {
  return echoOf(await agent.get(server.origin + path)).headers['cookie']
}
