import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { inspect } from 'node:util'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { contosoDirectory, startEmulator, type Emulator } from 'entrada/emulator'
import { entra } from 'entrada/express'
import { asCaller } from '../support/as-caller.js'
import { adaId, contosoId, tasksApiId, webAppId } from '../support/identity-app.js'
import { serve, type LoopbackServer } from '../support/loopback-server.js'
import { tokenSourceWith } from '../support/token-source.js'

const daemonId = '8a2e4c6f-1b3d-4f59-b7a0-c5d3e1f90264'
const scopes = `api://${tasksApiId}/.default`
const json =
  (value: unknown, status = 200, headers = {}) =>
  (response: ServerResponse) =>
    response.writeHead(status, headers).end(JSON.stringify(value))

let server: LoopbackServer
let answers: ((response: ServerResponse) => void)[] = []
const seen: (Pick<IncomingMessage, 'method' | 'url' | 'headers'> & { readonly body: string })[] = []

beforeAll(async () => {
  server = await serve((request, response) => {
    const { method, url, headers } = request
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString()))
    request.on('end', () => {
      seen.push({ method, url, headers, body })
      const answer = answers.shift() ?? json({ ok: true })
      answer(response)
    })
  })
})
afterAll(() => server.stop())
afterEach(() => {
  answers = []
  seen.length = 0
})

function tasks(options: { timeout?: number; retry?: number } = {}) {
  const baseUrl = `${server.origin}/tasks`
  const called = tokenSourceWith({ apis: [{ name: 'tasks', baseUrl, ...options }] })
  return { ...called, api: called.source.api('tasks') }
}
const thrownBy = (call: Promise<unknown>) =>
  call.then(
    () => undefined,
    (error: unknown) => error,
  )

describe('an API that is called by name', () => {
  it('is sent JSON below its base URL, with a token for its scopes', async () => {
    const { api, asked } = tasks()
    expect(await api.get('/list?top=5')).toEqual({ ok: true })
    await api.post('/list', { title: 'one' })
    await api.put('/list/1', { title: 'two' })
    await api.patch('/list/1', { done: true })
    await api.delete('/list/1', { headers: { 'if-match': '"1"' } })
    expect(seen.map(({ method, url, body }) => [method, url, body])).toEqual([
      ['GET', '/tasks/list?top=5', ''],
      ['POST', '/tasks/list', '{"title":"one"}'],
      ['PUT', '/tasks/list/1', '{"title":"two"}'],
      ['PATCH', '/tasks/list/1', '{"done":true}'],
      ['DELETE', '/tasks/list/1', ''],
    ])
    expect(seen[1]?.headers).toMatchObject({
      authorization: 'Bearer token-2',
      accept: 'application/json',
      'content-type': 'application/json',
    })
    expect(asked[0]?.scopes).toEqual(['api://tasks/.default'])
  })

  it.each([
    'list',
    '',
    '//evil.example/',
    '/\\evil.example/',
    '\\\\evil.example/',
    'https://evil.example/',
    'javascript:alert(1)',
    '/..',
    '/../admin',
    '/list/../../admin',
    '/./list',
    '/%2e%2e/admin',
    '/.%2E/admin',
    '/list/..%2f..%2fadmin',
    '/list/..%5cadmin',
    '/%252e%252e/admin',
    '/%25252e./admin',
    '/..;/admin',
    '/list/..;x=y/admin',
    '/%2e%2e%3b/admin',
    '/list\nHost: evil.example',
    '/a b',
    '/\t/evil.example',
    undefined,
    null,
    { toString: () => '/list' },
  ])('R43 is not called at %j, which leads elsewhere', async (path) => {
    const { api, asked } = tasks()
    // JavaScript callers are not held by the type.
    const call = api.get(path as string)
    await expect(call).rejects.toMatchObject({ code: 'ERR_ENTRA_EGRESS_REFUSED' })
    await expect(api.fetch(path as string)).rejects.toThrow(/apis\.tasks/)
    expect([asked, seen]).toEqual([[], []])
  })

  it.each(['/', '/a..b', '/...', '/.well-known/x', '/list?next=../x', '/%C3%A9', '/a%20b', '/é'])(
    'is called at %s',
    async (path) => {
      expect(await tasks().api.get(path)).toEqual({ ok: true })
    },
  )

  it('tells what it answered with, and prints none of it', async () => {
    answers = [json({ title: 'Ada may not.' }, 403)]
    const error = await thrownBy(tasks().api.get('/list'))
    expect(error).toMatchObject({
      code: 'ERR_ENTRA_API_REQUEST',
      status: 502,
      api: 'tasks',
      apiStatus: 403,
      failure: 'status',
      body: { title: 'Ada may not.' },
    })
    const printed = [String(error), inspect(error, { showHidden: true }), JSON.stringify(error)]
    expect(printed.join()).not.toContain('Ada may not')
  })

  it.each<[string, unknown, string | undefined]>([
    ['RFC 6749', { error: 'invalid_grant', error_description: 'Ada may not.' }, 'invalid_grant'],
    ['OData', { error: { code: 'ErrorItemLocked', message: 'Ada has it.' } }, 'ErrorItemLocked'],
    ['a code of its own', { code: 'E-42', message: 'Ada may not.' }, 'E-42'],
    ['RFC 9457', { title: 'Conflict', detail: 'Ada has it.' }, 'Conflict'],
    ['words', { error: 'Ada may not.', title: 'Ada has it.' }, undefined],
    ['nothing short', { error: 'a'.repeat(101) }, undefined],
    ['no text', { error: { code: 7 }, code: ['x'] }, undefined],
    ['a list', ['Ada'], undefined],
    ['nothing', null, undefined],
  ])('says in its error what the API calls it: %s', async (_title, body, code) => {
    answers = [json(body, 409)]
    const error = await thrownBy(tasks().api.post('/list', {}))
    expect(error).toMatchObject({
      apiCode: code,
      message: `The API answered 409${code === undefined ? '' : ` ${code}`}. It was called as POST of apis.tasks.`,
    })
    expect(inspect(error, { showHidden: true })).not.toContain('Ada')
  })

  it('says in its error what the challenge of the API calls it', async () => {
    const challenge =
      'Bearer realm="x", error="insufficient_scope", error_description="Ada may not"'
    answers = [
      (response) => response.writeHead(403, { 'www-authenticate': challenge }).end('Forbidden'),
    ]
    const error = await thrownBy(tasks().api.get('/list'))
    expect(error).toMatchObject({ apiStatus: 403, apiCode: 'insufficient_scope' })
    expect(String(error)).toContain('The API answered 403 insufficient_scope.')
    expect(inspect(error, { showHidden: true })).not.toContain('Ada')
  })

  it('answers as it is to fetch(), whatever its status', async () => {
    answers = [json('gone', 410)]
    const response = await tasks().api.fetch('/list', { method: 'POST', body: 'x' })
    expect([response.status, await response.text()]).toEqual([410, '"gone"'])
  })

  it('T07 is asked again after the time it names, as often as configured', async () => {
    const busy = json({}, 429, { 'retry-after': '3' })
    answers = [busy, busy]
    const { api, waits } = tasks()
    expect(await api.get('/list')).toEqual({ ok: true })
    expect(waits).toEqual([3000, 3000])
    answers = [busy]
    await expect(tasks({ retry: 0 }).api.get('/list')).rejects.toMatchObject({
      status: 503,
      apiStatus: 429,
      retryAfter: 3,
      headers: { 'Retry-After': '3' },
    })
  })

  it.each(['post', 'patch'] as const)('gets a %s once, however it fails', async (method) => {
    answers = [json({}, 503, { 'retry-after': '1' }), (response) => response.destroy()]
    const { api } = tasks()
    await expect(api[method]('/list', {})).rejects.toMatchObject({ status: 503, apiStatus: 503 })
    await expect(api[method]('/list', {})).rejects.toMatchObject({
      status: 502,
      failure: 'network',
    })
    expect(seen).toHaveLength(2)
  })

  it('T07 is not waited for longer than a call may take', async () => {
    answers = [json({}, 503, { 'retry-after': '11' })]
    const { api, waits } = tasks({ timeout: 10_000 })
    await expect(api.get('/list')).rejects.toMatchObject({ retryAfter: 11 })
    expect(waits).toEqual([])
  })

  it('that does not answer in time is given up: 504; so is one whose answer does not end', async () => {
    const { api } = tasks({ timeout: 100, retry: 0 })
    answers = [() => undefined, (response) => response.write('{"ok":')]
    await expect(api.get('/list')).rejects.toMatchObject({ status: 504, failure: 'timeout' })
    await expect(api.get('/list')).rejects.toMatchObject({ status: 504, failure: 'timeout' })
  })

  it('is given up in time beside a signal of the program that stays silent', async () => {
    setFlagsFromString('--expose_gc')
    const collect = runInNewContext('gc') as () => void // a function of V8, once it is exposed
    const { api } = tasks({ timeout: 200, retry: 0 })
    const { signal } = new AbortController()
    answers = [() => undefined, () => undefined]
    const calls = [api.fetch('/list', { signal }), api.get('/list', { signal })]
    const collecting = setInterval(collect, 20)
    const ended = await Promise.allSettled(calls)
    clearInterval(collecting)
    expect(ended).toMatchObject([
      { status: 'rejected', reason: { name: 'TimeoutError' } },
      { status: 'rejected', reason: { failure: 'timeout' } },
    ])
  })

  it('is given up when the program says so', async () => {
    answers = [() => undefined]
    const controller = new AbortController()
    const call = tasks().api.get('/list', { signal: controller.signal })
    setImmediate(() => controller.abort(new Error('gone')))
    await expect(call).rejects.toThrow('gone')
  })

  it('that answers with something other than JSON is told apart', async () => {
    answers = [(response) => response.end('<html>')]
    await expect(tasks().api.get('/list')).rejects.toMatchObject({
      status: 502,
      failure: 'content',
    })
  })
})

describe('identity.api()', () => {
  let emulator: Emulator
  beforeAll(async () => {
    emulator = await startEmulator(contosoDirectory())
  })
  afterAll(() => emulator.stop())
  afterEach(() => emulator.clearRequests())

  const daemon = () =>
    entra({
      tenant: contosoId,
      clientId: daemonId,
      credential: { secret: 'daemon-secret-for-the-emulator-only' },
      authorityHost: emulator.origin,
      apis: { tasks: { baseUrl: server.origin, scopes } },
    })

  it('calls for the app itself, with a token that is fetched once', async () => {
    const api = daemon().api('tasks')
    await api.forApp().get('/list')
    await api.forApp({ tenant: contosoId }).get('/list')
    expect(seen).toHaveLength(2)
    expect(emulator.requests.filter(({ endpoint }) => endpoint === 'token')).toMatchObject([
      { status: 200, parameters: { scope: scopes } },
    ])
  })

  it('T27 answers a claims challenge of the API', async () => {
    const claims = { access_token: { acrs: { essential: true, value: 'c1' } } }
    const challenge = `Bearer error="insufficient_claims", claims="${btoa(JSON.stringify(claims))}"`
    answers = [json({}, 401, { 'www-authenticate': challenge })]
    expect(await daemon().api('tasks').forApp().post('/list', {})).toEqual({ ok: true })
    const [, second] = emulator.requests.filter(({ endpoint }) => endpoint === 'token')
    expect(JSON.parse(second?.parameters['claims'] ?? '{}')).toEqual(claims)
    const [first, again] = seen.map(({ headers }) => headers.authorization)
    expect(again).not.toBe(first)
  })

  it('passes on a consent that is missing, as token() does', async () => {
    const identity = entra({
      tenant: contosoId,
      clientId: tasksApiId,
      credential: { secret: 'tasks-api-secret-for-the-emulator-only' },
      authorityHost: emulator.origin,
      apis: { legacy: { baseUrl: server.origin, scopes: `api://${daemonId}/.default` } },
    })
    emulator.directory.applications
      .find(({ appId }) => appId === daemonId)
      ?.identifierUris.push(`api://${daemonId}`)
    const token = await emulator.mintToken({
      resource: tasksApiId,
      client: webAppId,
      user: adaId,
      scopes: ['access_as_user'],
    })
    await asCaller(identity, token, async (request) => {
      const error = await thrownBy(identity.api('legacy').onBehalfOf(request).get('/list'))
      const again = await thrownBy(identity.onBehalfOf(request).api('legacy').get('/list'))
      for (const refusal of [error, again]) {
        expect(refusal).toMatchObject({
          code: 'ERR_ENTRA_CONSENT_REQUIRED',
          status: 401,
          headers: { 'WWW-Authenticate': expect.stringContaining('consent_required') },
        })
      }
    })
    expect(seen).toEqual([])
  })

  it('knows when there is no API of that name, before any request', () => {
    // @ts-expect-error: 'task' is no name of an API
    expect(() => daemon().api('task')).toThrow(/api\("task"\) was called.*names tasks/)
    for (const name of ['constructor', '__proto__', 'toString']) {
      expect(() => entra({ tenant: contosoId, clientId: daemonId }).api(name)).toThrow(/no API/)
    }
  })
})
