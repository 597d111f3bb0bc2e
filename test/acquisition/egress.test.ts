import { afterEach, describe, expect, it } from '@jest/globals'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { AccessToken } from '../../src/acquisition/access-token.js'
import { serve, type LoopbackServer } from '../support/loopback-server.js'
import { tokenSourceWith } from '../support/token-source.js'

const servers: LoopbackServer[] = []
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop()))
})

type Seen = Pick<IncomingMessage, 'method' | 'url' | 'headers'> & { readonly body: string }

async function serverThat(answer: (response: ServerResponse, seen: Seen) => void) {
  const seen: Seen[] = []
  const server = await serve((request, response) => {
    const { method, url, headers } = request
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString()))
    request.on('end', () => {
      seen.push({ method, url, headers, body })
      answer(response, { method, url, headers, body })
    })
  })
  servers.push(server)
  return { origin: server.origin, seen }
}

const redirectTo = (location: string, status: number) => (response: ServerResponse) =>
  response.writeHead(status, { location }).end()
const ok = (response: ServerResponse) => response.end('{}')
const scopes = 'api://tasks/.default'

/** Nothing leaves this machine, and nothing may be sent at all. */
const unreachable = {
  fetch: () => Promise.reject(new Error('Something was sent.')),
}

describe('a token', () => {
  const { source, asked } = tokenSourceWith({
    calls: unreachable,
    apis: [
      { name: 'tasks', baseUrl: 'https://api.contoso.com/tasks' },
      { name: 'local', baseUrl: 'http://localhost:4100' },
    ],
  })
  const vault = 'https://vault.azure.net/.default'

  it.each([
    ['plain http', 'http://api.contoso.com/tasks', scopes],
    ['plain http on loopback that no option names', 'http://localhost:4200/', scopes],
    ['plain http for an https API', 'http://localhost:4100/', scopes],
    ['another host', 'https://api.contoso.com.evil.example/tasks', scopes],
    ['another port', 'https://api.contoso.com:8443/tasks', scopes],
    ['another API of the app', 'https://api.contoso.com/tasks', 'api://local/.default'],
    ['the API under another case of its name', 'https://evil.example/', 'API://TASKS/.default'],
    ['an address with a password', 'https://a:b@api.contoso.com/tasks', scopes],
    ['what nothing says is the API', 'https://api.contoso.com/', 'api://unknown/.default'],
    ['a host that only ends alike', 'https://evilvault.azure.net/', vault],
    ['a host above the resource', 'https://azure.net/', vault],
    ['another port of the resource', 'https://contoso.vault.azure.net:8443/', vault],
    ['Graph by its GUID', 'https://evil.example/', '00000003-0000-0000-c000-000000000000/.default'],
    ['Graph in capitals', 'https://evil.example/', 'HTTPS://GRAPH.MICROSOFT.COM/.default'],
    ['Graph, unnamed', 'https://evil.example/', undefined],
    ['Graph by a bare scope', 'https://evil.example/', ['Mail.Read']],
    ['two APIs at once', 'https://api.contoso.com/', [scopes, 'https://evil.example/x/a']],
  ])('R43 is not sent to %s, nor even asked for', async (_title, url, wanted) => {
    const init = wanted === undefined ? {} : { scopes: wanted }
    await expect(source.fetch(url, init)).rejects.toMatchObject({
      code: 'ERR_ENTRA_EGRESS_REFUSED',
      status: 500,
    })
    expect(asked).toEqual([])
  })

  it('R43 says how to name an API that it does not know', async () => {
    const call = source.fetch('https://api.contoso.com/', { scopes: 'api://unknown/.default' })
    await expect(call).rejects.toThrow(/entra\({ apis: {.*"https:\/\/api\.contoso\.com"/)
  })

  it.each([
    ['https://api.contoso.com/other', scopes],
    ['http://localhost:4100/', 'api://local/.default'],
    ['https://contoso.vault.azure.net/secrets', vault],
    ['https://vault.azure.net/secrets', vault],
    ['https://management.azure.com/subscriptions', 'https://management.azure.com//.default'],
    ['https://graph.microsoft.com/v1.0/me', 'User.Read'],
  ])('R43 goes to %s for %s', async (url, wanted) => {
    await expect(source.fetch(url, { scopes: wanted })).rejects.toThrow('Something was sent.')
  })

  it.each([
    ['Authorization', 'Bearer mine'],
    ['proxy-authorization', 'Basic eDp5'],
    ['Host', 'evil.example'],
    ['Content-Length', '5'],
    ['transfer-encoding', 'chunked'],
    ['Connection', 'close'],
  ])('R43 is not sent beside a %s header of the program', async (name, value) => {
    const call = source.fetch('https://api.contoso.com/', { scopes, headers: { [name]: value } })
    await expect(call).rejects.toMatchObject({ code: 'ERR_ENTRA_EGRESS_REFUSED' })
    await expect(call).rejects.toThrow(new RegExp(name, 'i'))
  })
})

describe('a path of Microsoft Graph', () => {
  const { source, asked } = tokenSourceWith({ calls: unreachable })

  it.each([
    '/groups/1/members/..',
    '/groups/1/members/%2e%2E',
    '/groups/1/members/.%2e',
    '/groups/1/members/..%2f..',
    '/groups/1/members/%252e%252e',
    '/groups/1/members/..;',
    '/groups/1/members/.',
    '/groups/1/members\\..\\..',
    '/users/1%5c..',
    '/users/../me',
    '/v1.0/../beta/users',
    '/users/a\n/../b',
    '/users/ada_fabrikam.example#EXT#@contoso.example',
    'https://graph.microsoft.com/v1.0/users/../groups',
    'https://graph.microsoft.com/v1.0/users/%2e%2e/groups?$top=1',
    'https://graph.microsoft.com\\v1.0\\users',
    undefined,
    null,
    42,
  ])('R43 is not called at %j, which is not what it names', async (path) => {
    // JavaScript callers are not held by the type.
    const text = path as string
    const calls = [
      source.graph.delete(text),
      source.graph.fetch(text),
      source.graph.pages(text).next(),
    ]
    for (const call of calls) {
      await expect(call).rejects.toMatchObject({ code: 'ERR_ENTRA_EGRESS_REFUSED' })
    }
    expect(asked).toEqual([])
  })

  it.each([
    '/users?$filter=startswith(displayName, \'a..b\')&$search="x\\y"',
    '/me/drive/root:/Shared documents/.hidden/…/a..b.txt:/content',
    '/users/ada_fabrikam.example%23EXT%23@contoso.example',
    'https://graph.microsoft.com/v1.0/$metadata#users/../x',
    'https://graph.microsoft.com',
    'https://graph.microsoft.com/v1.0/users/delta?$deltatoken=a/../b',
  ])('goes to %s', async (path) => {
    await expect(source.graph.fetch(path)).rejects.toThrow('Something was sent.')
  })
})

describe('a token of the app itself', () => {
  const { source, asked } = tokenSourceWith({ delegated: false, calls: unreachable })

  it.each([
    '/me',
    '/me/messages?$top=1',
    '/v1.0/me',
    '/beta/me/',
    '/Me',
    '/V1.0/ME',
    '/%6De',
    '/v1.0//me',
    '/me?$select=id',
    'https://graph.microsoft.com/v1.0/me',
    'https://graph.microsoft.com/beta/Me/events',
  ])('R06 is refused %s before anything is asked or sent', async (path) => {
    await expect(source.graph.get(path)).rejects.toThrow(/\/me is the signed-in user/)
    await expect(source.graph.delete(path)).rejects.toThrow(/\/users\/\{id\}/)
    expect(asked).toEqual([])
  })

  it.each(['/v1.0/me', '/beta/ME/messages', '/v1.0/%6d%65'])(
    'R06 is refused %s by its whole address, too',
    async (path) => {
      const call = source.fetch(`https://graph.microsoft.com${path}`)
      await expect(call).rejects.toThrow(/\/me is the signed-in user/)
    },
  )

  it('R06 is refused "me" without its slash, too', async () => {
    await expect(source.graph.get('me')).rejects.toMatchObject({ code: 'ERR_ENTRA_EGRESS_REFUSED' })
  })

  it.each(['/users/me', '/menu', '/v1.0/groups/me', '/users'])(
    'R06 may ask for %s',
    async (path) => {
      await expect(source.graph.get(path)).rejects.toThrow('Something was sent.')
    },
  )
})

describe('a redirect', () => {
  it.each([301, 302, 303, 307, 308])(
    'T28 R43 with %i to another origin is followed without token and cookie',
    async (status) => {
      const other = await serverThat(ok)
      const api = await serverThat(redirectTo(`${other.origin}/file`, status))
      const { source } = tokenSourceWith({ apis: [{ name: 'tasks', baseUrl: api.origin }] })
      const headers = { cookie: 'a=b', accept: 'text/plain' }
      const response = await source.fetch(api.origin, { scopes, headers })
      expect([response.status, response.url]).toEqual([200, `${other.origin}/file`])
      expect(api.seen[0]?.headers).toMatchObject({ authorization: 'Bearer token-1', cookie: 'a=b' })
      expect(other.seen[0]?.headers).toMatchObject({ accept: 'text/plain' })
      expect(other.seen[0]?.headers).not.toHaveProperty('authorization')
      expect(other.seen[0]?.headers).not.toHaveProperty('cookie')
    },
  )

  it('T28 back to the API by way of another origin brings no token either', async () => {
    const hops: string[] = []
    const api = await serverThat((response, { url }) => {
      if (url === '/') redirectTo(String(hops[0]), 302)(response)
      else ok(response)
    })
    const other = await serverThat((response) => redirectTo(`${api.origin}/end`, 302)(response))
    hops.push(other.origin)
    const { source } = tokenSourceWith({ apis: [{ name: 'tasks', baseUrl: api.origin }] })
    await source.fetch(api.origin, { scopes })
    expect(api.seen.map(({ url, headers }) => [url, headers.authorization])).toEqual([
      ['/', 'Bearer token-1'],
      ['/end', undefined],
    ])
  })

  it('T28 holds for a fetch that would have kept the token', async () => {
    const sent: [string, string | null][] = []
    const { source } = tokenSourceWith({
      apis: [{ name: 'tasks', baseUrl: 'https://api.contoso.com' }],
      calls: {
        fetch(input, init) {
          const url = String(input instanceof Request ? input.url : input)
          sent.push([url, new Headers(init?.headers).get('authorization')])
          return Promise.resolve(
            sent.length > 1
              ? new Response('{}')
              : new Response(null, { status: 302, headers: { location: 'https://evil.example/' } }),
          )
        },
      },
    })
    await source.fetch('https://api.contoso.com/', { scopes })
    expect(sent).toEqual([
      ['https://api.contoso.com/', 'Bearer token-1'],
      ['https://evil.example/', null],
    ])
  })

  it('within the origin keeps the token; a POST becomes what the Fetch standard says', async () => {
    const api = await serverThat((response, { url }) => {
      if (url === '/see-other') redirectTo('/', 303)(response)
      else if (url === '/moved') redirectTo('/', 308)(response)
      else ok(response)
    })
    const { source } = tokenSourceWith({ apis: [{ name: 'tasks', baseUrl: api.origin }] })
    const headers = { 'content-type': 'application/json' }
    const post = (path: string) =>
      source.fetch(`${api.origin}${path}`, { scopes, method: 'POST', body: '{"a":1}', headers })
    await post('/see-other')
    await post('/moved')
    expect(
      api.seen.map(({ method, url, body, headers: sent }) => [
        method,
        url,
        body,
        sent['content-type'],
        sent.authorization,
      ]),
    ).toEqual([
      ['POST', '/see-other', '{"a":1}', 'application/json', 'Bearer token-1'],
      ['GET', '/', '', undefined, 'Bearer token-1'],
      ['POST', '/moved', '{"a":1}', 'application/json', 'Bearer token-2'],
      ['POST', '/', '{"a":1}', 'application/json', 'Bearer token-2'],
    ])
  })

  it.each([
    ['with the body', 307, 'http://127.0.0.1:1/', /body/],
    ['in a circle', 302, '/', /redirected more than 5 times/],
  ])('R43 %s is not followed', async (_title, status, location, message) => {
    const api = await serverThat(redirectTo(location, status))
    const { source } = tokenSourceWith({ apis: [{ name: 'tasks', baseUrl: api.origin }] })
    const call = source.fetch(api.origin, { scopes, method: 'PUT', body: 'x' })
    await expect(call).rejects.toThrow(message)
  })

  it('R43 from https to plain http is not followed', async () => {
    const location = 'http://api.contoso.com/'
    const { source } = tokenSourceWith({
      apis: [{ name: 'tasks', baseUrl: 'https://api.contoso.com' }],
      calls: {
        fetch: () => Promise.resolve(new Response(null, { status: 302, headers: { location } })),
      },
    })
    const call = source.fetch('https://api.contoso.com/', { scopes })
    await expect(call).rejects.toThrow('not https')
  })

  it('R43 from https to plain http is not followed further on, either', async () => {
    const hops = ['https://other.example/', 'https://third.example/', 'http://evil.example/']
    const sent: string[] = []
    const { source } = tokenSourceWith({
      apis: [{ name: 'tasks', baseUrl: 'https://api.contoso.com' }],
      calls: {
        fetch: (input, init) => {
          const url = String(input instanceof Request ? input.url : input)
          sent.push(`${url} ${new Headers(init?.headers).get('authorization')}`)
          const headers = { location: String(hops[sent.length - 1]) }
          return Promise.resolve(new Response(null, { status: 302, headers }))
        },
      },
    })
    const call = source.fetch('https://api.contoso.com/', { scopes })
    await expect(call).rejects.toThrow('https://third.example redirects to http://evil.example')
    expect(sent).toEqual([
      'https://api.contoso.com/ Bearer token-1',
      'https://other.example/ null',
      'https://third.example/ null',
    ])
  })

  it('is left to the program that says so', async () => {
    const api = await serverThat(redirectTo('https://elsewhere.example/', 302))
    const { source } = tokenSourceWith({ apis: [{ name: 'tasks', baseUrl: api.origin }] })
    const response = await source.fetch(api.origin, { scopes, redirect: 'manual' })
    expect([response.status, response.headers.get('location')]).toEqual([
      302,
      'https://elsewhere.example/',
    ])
  })
})

describe('an answer that nobody reads', () => {
  it('T27 is let go of when no other token is to be had for its challenge', async () => {
    const claims = btoa(JSON.stringify({ access_token: { acrs: { value: 'c1' } } }))
    let isReleased = false
    const { source } = tokenSourceWith({
      apis: [{ name: 'tasks', baseUrl: 'https://api.contoso.com' }],
      acquire: ({ demand }) =>
        demand === undefined
          ? Promise.resolve(
              new AccessToken({ token: 't', scopes: [], expiresAt: 2000, refreshAt: 1000 }),
            )
          : Promise.reject(new Error('The user is needed.')),
      calls: {
        fetch: () => {
          const body = new ReadableStream({ cancel: () => void (isReleased = true) })
          const challenge = `Bearer error="insufficient_claims", claims="${claims}"`
          return Promise.resolve(
            new Response(body, { status: 401, headers: { 'www-authenticate': challenge } }),
          )
        },
      },
    })
    const call = source.fetch('https://api.contoso.com/', { scopes })
    await expect(call).rejects.toThrow('The user is needed.')
    expect(isReleased).toBe(true)
  })
})

describe('a call that is cancelled', () => {
  it('T29 while its token is fetched ends at once, and the token comes for others', async () => {
    let arrive: (() => void) | undefined
    const { source } = tokenSourceWith({
      acquire: () => new Promise((_resolve, reject) => (arrive = () => reject(new Error('late')))),
      apis: [{ name: 'tasks', baseUrl: 'https://api.contoso.com' }],
      calls: unreachable,
    })
    const controller = new AbortController()
    const call = source.fetch('https://api.contoso.com/', { scopes, signal: controller.signal })
    controller.abort(new Error('The visitor has gone.'))
    await expect(call).rejects.toThrow('The visitor has gone.')
    arrive?.()
    const again = source.fetch('https://api.contoso.com/', { scopes, signal: controller.signal })
    await expect(again).rejects.toThrow('The visitor has gone.')
  })
})
