import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { Emulator } from 'entrada/emulator'
import { request } from 'node:http'
import { guardedFrameworks, type GuardedShape } from './guard-app.js'
import {
  groupOf,
  guarded,
  guardOptions,
  ids,
  startGuardPlatform,
  userToken,
  type GuardedServer,
} from './guard-platform.js'

let emulator: Emulator

beforeAll(async () => {
  emulator = await startGuardPlatform()
})
afterAll(() => emulator.stop())

const resourceUrl = 'https://api.contoso.com/tasks'
const path = '/.well-known/oauth-protected-resource/tasks'
const address = `https://api.contoso.com${path}`
const shape: GuardedShape = {
  metadata: {
    scopes: ['Tasks.Export'],
    name: 'Tasks of Contoso',
    documentation: 'https://docs.contoso.com/tasks',
  },
  routes: {
    '/tasks': [{ user: { scopes: ['Tasks.Write', `api://${ids.tasksApi}/Tasks.Read`] } }],
    '/report': [{ user: { anyScope: ['Tasks.Read'] }, app: { roles: ['Tasks.Read.All'] } }],
    '/team': [{ user: { scopes: ['Tasks.Read'], groups: [groupOf(1)] } }],
    '/job': [{ app: { roles: ['Tasks.Read.All'] } }],
  },
}

/** Like fetch, and with the Host header that a hostile client sends. */
function getAs(host: string, url: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { headers: { host, 'x-forwarded-host': host } }, (response) => {
      let text = `${String(response.statusCode)} ${JSON.stringify(response.headers)}`
      response.on('data', (chunk: Buffer) => (text += chunk.toString()))
      response.on('end', () => resolve(text))
    })
    sent.on('error', reject).end()
  })
}

describe.each(guardedFrameworks)('protected resource metadata on $name', (framework) => {
  let server: GuardedServer

  beforeAll(async () => {
    server = await guarded(framework, guardOptions(emulator, { resourceUrl }), shape)
  })
  afterAll(() => server.close())

  it('stands at the well-known address with the path of the resource, and names what guards declare', async () => {
    const answer = await server.call(path)
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-type')).toMatch(/^application\/json\b/) // Fastify names the charset
    expect(answer.headers.get('cache-control')).toContain('public')
    expect(await answer.json()).toEqual({
      resource: resourceUrl,
      authorization_servers: [`${emulator.origin}/${ids.contoso}/v2.0`],
      scopes_supported: ['Tasks.Export', 'Tasks.Read', 'Tasks.Write'].map(
        (scope) => `api://${ids.tasksApi}/${scope}`,
      ),
      bearer_methods_supported: ['header'],
      resource_name: 'Tasks of Contoso',
      resource_documentation: 'https://docs.contoso.com/tasks',
    })
  })

  it('may be read by a page of any origin, by HEAD too, and not written', async () => {
    const [get, head, preflight, post] = await Promise.all([
      server.call(path),
      server.call(path, undefined, { method: 'HEAD' }),
      server.call(path, undefined, { method: 'OPTIONS' }),
      server.call(path, undefined, { method: 'POST' }),
    ])
    expect([get.status, head.status, preflight.status, post.status]).toEqual([200, 200, 204, 405])
    expect(await head.text()).toBe('')
    for (const answer of [get, head, preflight]) {
      expect(answer.headers.get('access-control-allow-origin')).toBe('*')
    }
    expect(preflight.headers.get('access-control-allow-methods')).toBe('GET, HEAD')
    expect(post.headers.get('allow')).toBe('GET, HEAD, OPTIONS')
  })

  it('stands nowhere else', async () => {
    const others = ['/.well-known/oauth-protected-resource', `${path}/`, `${path}/more`, '/']
    const answers = await Promise.all(others.map((other) => server.call(other)))
    expect(answers.map(({ status }) => status)).toEqual([404, 404, 404, 404])
    expect((await server.call(`${path}?x=1`)).status).toBe(200)
  })

  it('is what every challenge leads to', async () => {
    const ask = async (token?: string, headers: Record<string, string> = {}) => {
      const answer = await server.call('/tasks', token, { headers })
      return `${String(answer.status)} ${String(answer.headers.get('www-authenticate'))}`
    }
    const last = `resource_metadata="${address}"`
    expect(await ask()).toBe(`401 Bearer ${last}`)
    expect(await ask('no-token')).toMatch(/^401 Bearer error="invalid_token", /)
    for (const challenge of [
      await ask('no-token'),
      await ask(undefined, { authorization: 'Bearer a b' }),
      await ask(await userToken(emulator, ['access_as_user'])),
    ]) {
      expect(challenge.endsWith(last)).toBe(true)
    }
  })

  it.each([
    ['consent_required', { error: 'invalid_grant', error_codes: [65001] }],
    ['insufficient_claims', { error: 'interaction_required', claims: '{"access_token":{}}' }],
    ['invalid_token', { error: 'invalid_grant', error_codes: [500133] }],
  ])('is what a challenge on behalf of the platform leads to: %s', async (error, body) => {
    emulator.faults.set({ endpoint: 'token', kind: 'status', status: 400, body })
    try {
      const answer = await server.call('/team', await userToken(emulator, ['Tasks.Read']))
      expect(answer.status).toBe(401)
      const challenge = answer.headers.get('www-authenticate') ?? ''
      expect(challenge).toContain(`error="${error}"`)
      expect(challenge).toContain(`resource_metadata="${address}"`)
    } finally {
      emulator.faults.clear()
    }
  })

  it('G69 says what is configured, whatever the Host header says', async () => {
    for (const at of [path, '/tasks']) {
      const answer = await getAs('evil.example', server.url + at)
      expect(answer).toMatch(/^(?:200|401) /)
      expect(answer).toContain('api.contoso.com')
      expect(answer).not.toContain('evil.example')
    }
  })

  it('is asked for with a resource URL, and options that make sense', () => {
    const { mount } = framework
    const plain = guardOptions(emulator)
    expect(() => mount(plain, shape)).toThrow(/needs resourceUrl.*ENTRADA_RESOURCE_URL/)
    const options = { ...plain, resourceUrl }
    const routes = {}
    expect(() => mount(options, { routes, metadata: { title: 'x' } as object })).toThrow(
      /no key "title"/,
    )
    for (const [metadata, message] of [
      [{ scopes: [] }, /at least one entry/],
      [{ scopes: ['https://graph.microsoft.com/User.Read'] }, /another API/],
      [{ name: '' }, /Expected what people call/],
      [{ documentation: 'http://docs.contoso.com' }, /absolute https URL/],
    ] as const) {
      expect(() => mount(options, { routes, metadata })).toThrow(message)
    }
  })

  it('leaves scopes out when there are none, and stands at the root for an API without a path', async () => {
    const options = guardOptions(emulator, { resourceUrl: 'https://api.contoso.com' })
    const other = await guarded(framework, options, { routes: {}, metadata: {} })
    try {
      const answer = await other.call('/.well-known/oauth-protected-resource')
      expect(await answer.json()).toEqual({
        resource: 'https://api.contoso.com',
        authorization_servers: [`${emulator.origin}/${ids.contoso}/v2.0`],
        bearer_methods_supported: ['header'],
      })
    } finally {
      await other.close()
    }
  })
})
