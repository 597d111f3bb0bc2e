import { afterEach, describe, expect, it } from '@jest/globals'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { inspect } from 'node:util'
import { createMemberGroups } from '../../src/acquisition/member-groups.js'
import { systemSleep } from '../../src/platform/sleep.js'
import { EgressRefusedError } from '../../src/protocol/egress-refused-error.js'
import { GraphRequestError } from '../../src/protocol/graph-request-error.js'
import type { UserCaller } from '../../src/protocol/caller.js'
import { serve, type LoopbackServer } from '../support/loopback-server.js'
import { tokenSourceWith } from '../support/token-source.js'

interface Seen {
  readonly method: string | undefined
  readonly url: string | undefined
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

const servers: LoopbackServer[] = []
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop()))
})

/** A Graph that answers what the test says, and a token source that calls it. */
async function graphAnswering(answer: (response: ServerResponse) => void, delegated = true) {
  const seen: Seen[] = []
  const server = await serve((request, response) => {
    const { method, url, headers } = request
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString()))
    request.on('end', () => {
      seen.push({ method, url, headers, body })
      answer(response)
    })
  })
  servers.push(server)
  const { source, asked, waits } = tokenSourceWith({ graphOrigin: server.origin, delegated })
  return { seen, source, graph: source.graph, asked, waits, origin: server.origin }
}

const json =
  (value: unknown, status = 200) =>
  (response: ServerResponse) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
  }

describe('Microsoft Graph', () => {
  it('is posted JSON, and its answer is read', async () => {
    const { graph, seen } = await graphAnswering(json({ value: ['a'] }))
    const body = { securityEnabledOnly: false }
    expect(await graph.post('/me/getMemberObjects', body)).toEqual({ value: ['a'] })
    expect(seen).toMatchObject([
      {
        method: 'POST',
        url: '/v1.0/me/getMemberObjects',
        body: '{"securityEnabledOnly":false}',
        headers: {
          authorization: 'Bearer token-1',
          accept: 'application/json',
          'content-type': 'application/json',
          'client-request-id': expect.stringMatching(/^[0-9a-f-]{36}$/),
        },
      },
    ])
  })

  it('may answer a post with nothing', async () => {
    const { graph } = await graphAnswering((response) => response.writeHead(202).end())
    expect(await graph.post('/beta/me/sendMail', { message: {} })).toBeUndefined()
  })

  it.each([true, false])('names the request that it refused (post: %s)', async (isPost) => {
    const refusal = { error: { code: 'Authorization_RequestDenied', message: 'told to nobody' } }
    const { graph } = await graphAnswering(json(refusal, 403))
    const failure = await (isPost ? graph.post('/users', {}) : graph.get('/users')).catch(
      (error: unknown) => error,
    )
    expect(failure).toBeInstanceOf(GraphRequestError)
    expect(failure).toMatchObject({
      status: 502,
      graphStatus: 403,
      graphCode: 'Authorization_RequestDenied',
      message: expect.stringContaining(`${isPost ? 'POST' : 'GET'} /v1.0/users`),
    })
    expect(String(failure)).not.toContain('told to nobody')
  })

  it('R06 is not posted to /me with an app-only token, nor anywhere else than to Graph', async () => {
    const app = await graphAnswering(json({}), false)
    await expect(app.graph.post('/me/sendMail', {})).rejects.toThrow(EgressRefusedError)
    await expect(app.graph.post('https://evil.example/', {})).rejects.toThrow(EgressRefusedError)
    await expect(app.graph.post('@evil.example/', {})).rejects.toThrow(EgressRefusedError)
    expect(app.seen).toEqual([])
  })
})

describe('the verbs of Microsoft Graph', () => {
  it('send JSON and read what Graph answers, also when that is nothing', async () => {
    const answers = [
      json({ id: '1' }),
      json({ id: '2' }),
      (response: ServerResponse) => response.writeHead(204).end(),
    ]
    const { graph, seen } = await graphAnswering((response) => answers.shift()?.(response))
    const headers = { 'if-match': 'W/"1"' }
    expect(await graph.patch('/me/messages/1', { isRead: true }, { headers })).toEqual({ id: '1' })
    expect(await graph.put('/me/photo', { a: 1 })).toEqual({ id: '2' })
    expect(await graph.delete('/beta/me/messages/1', { headers })).toBeUndefined()
    expect(
      seen.map(({ method, url, body, headers: sent }) => [method, url, body, sent['if-match']]),
    ).toEqual([
      ['PATCH', '/v1.0/me/messages/1', '{"isRead":true}', 'W/"1"'],
      ['PUT', '/v1.0/me/photo', '{"a":1}', undefined],
      ['DELETE', '/beta/me/messages/1', '', 'W/"1"'],
    ])
  })

  it('leave pictures and errors to who fetches them', async () => {
    const { graph } = await graphAnswering((response) => response.writeHead(404).end('a picture'))
    const response = await graph.fetch('/me/photo/$value', { headers: { accept: 'image/jpeg' } })
    expect([response.status, await response.text()]).toEqual([404, 'a picture'])
  })

  it("tell Graph's own words to who asks for them, and print none of them", async () => {
    const { graph } = await graphAnswering((response) => {
      response.writeHead(403, { 'content-type': 'application/json', 'request-id': 'r-1' })
      response.end('{"error":{"code":"ErrorAccessDenied","message":"Ada may not."}}')
    })
    const headers = { 'client-request-id': 'c-1' }
    const error: unknown = await graph.get('/me', { headers }).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({
      requestId: 'r-1',
      clientRequestId: 'c-1',
      graphMessage: 'Ada may not.',
    })
    const printed = [String(error), inspect(error, { showHidden: true }), JSON.stringify(error)]
    expect(printed.join()).not.toContain('Ada may not')
  })

  it('say that Graph cannot be reached, or answers nonsense: 503', async () => {
    const { graph: broken } = await graphAnswering((response) => response.destroy())
    await expect(broken.post('/me/sendMail', {})).rejects.toMatchObject({
      code: 'ERR_ENTRA_PLATFORM_UNAVAILABLE',
      status: 503,
      failure: 'network',
    })
    const { graph: odd } = await graphAnswering((response) => response.end('<html>'))
    await expect(odd.get('/me')).rejects.toMatchObject({ status: 503, failure: 'content' })
    const { graph: half } = await graphAnswering((response) => {
      response.writeHead(200, { 'content-length': 100 }).write('{', () => response.destroy())
    })
    await expect(half.get('/me')).rejects.toMatchObject({ status: 503, failure: 'network' })
  })

  it.each([
    ['Node and Deno', { name: 'TypeError', cause: new Error('socket') }],
    ['Bun', { name: 'TypeError', code: 'ECONNREFUSED' }],
    ['Bun 1.3', { name: 'Error', code: 'ConnectionRefused' }],
    ['undici', { name: 'SocketError', code: 'UND_ERR_SOCKET' }],
    ['node-fetch', { name: 'FetchError', type: 'system', code: 'ENOTFOUND' }],
    ['node-fetch, without a code', { name: 'FetchError', type: 'system' }],
  ])('know an outage by the error that %s has for it', async (_runtime, shape) => {
    const failing = () => Promise.reject(Object.assign(new Error('failed'), shape))
    const { graph } = tokenSourceWith({ calls: { fetch: failing } }).source
    await expect(graph.get('/me')).rejects.toMatchObject({ status: 503, failure: 'network' })
  })

  it.each([
    ['a header that is none', { name: 'TypeError' }],
    ['an argument that is none', { name: 'TypeError', code: 'ERR_INVALID_ARG_VALUE' }],
    ['a fault in a fetch of its own', { name: 'RangeError', cause: new Error('inner') }],
  ])('leave to the program what is its own mistake: %s', async (_title, shape) => {
    const mistake = Object.assign(new Error('failed'), shape)
    const { graph } = tokenSourceWith({ calls: { fetch: () => Promise.reject(mistake) } }).source
    await expect(graph.get('/me')).rejects.toBe(mistake)
  })
})

describe('a Graph that is busy', () => {
  const busy = (status: number, retryAfter?: string) => (response: ServerResponse) =>
    response.writeHead(status, retryAfter === undefined ? {} : { 'retry-after': retryAfter }).end()
  const inTurn = (...answers: ((response: ServerResponse) => void)[]) =>
    graphAnswering((response) => (answers.shift() ?? json({ id: 'me' }))(response))

  it('T07 is asked again after the time it names, with the same client-request-id', async () => {
    const { graph, waits, seen } = await inTurn(busy(429, '2'), busy(503, '5'))
    expect(await graph.get('/me')).toEqual({ id: 'me' })
    expect(waits).toEqual([2000, 5000])
    expect(new Set(seen.map(({ headers }) => headers['client-request-id'])).size).toBe(1)
  })

  it('T07 is asked again a little later, and later each time, when it names none', async () => {
    const { graph, waits } = await inTurn(busy(503), busy(504), busy(502))
    expect(await graph.get('/me')).toEqual({ id: 'me' })
    expect(waits).toHaveLength(3)
    for (const [index, wait] of waits.entries()) {
      expect(wait).toBeGreaterThanOrEqual(250 * 2 ** index)
      expect(wait).toBeLessThanOrEqual(500 * 2 ** index)
    }
  })

  it('T07 is asked three times more at the most', async () => {
    const { graph, seen } = await graphAnswering(busy(429, '1'))
    await expect(graph.get('/me')).rejects.toMatchObject({ graphStatus: 429, status: 503 })
    expect(seen).toHaveLength(4)
  })

  it.each([
    ['11', 11],
    ['1e9', 3600],
    ['Thu, 01 Jan 1970 00:01:00 GMT', 60],
  ])(
    'T07 that names %s is left alone: 503, and the caller is told to wait',
    async (value, seconds) => {
      const { graph, seen, waits } = await graphAnswering(busy(429, value))
      await expect(graph.get('/me')).rejects.toMatchObject({
        status: 503,
        retryAfter: seconds,
        headers: { 'Retry-After': String(seconds) },
      })
      expect([seen.length, waits]).toEqual([1, []])
    },
  )

  it('T07 is waited for no longer than ten seconds in all', async () => {
    const { graph, waits } = await inTurn(busy(429, '6'), busy(429, '6'))
    await expect(graph.get('/me')).rejects.toMatchObject({ graphStatus: 429 })
    expect(waits).toEqual([6000])
  })

  it('gets a POST again when it has turned it away, and never when it may have taken it', async () => {
    const throttled = await inTurn(busy(429, '1'))
    await throttled.graph.post('/me/sendMail', {})
    expect(throttled.seen).toHaveLength(2)
    const unclear = await inTurn(busy(503, '1'))
    await expect(unclear.graph.post('/me/sendMail', {})).rejects.toMatchObject({ graphStatus: 503 })
    expect(unclear.seen).toHaveLength(1)
  })

  it('is asked again when the connection broke, unless something may have been done', async () => {
    const reading = await inTurn((response) => response.destroy())
    expect(await reading.graph.get('/me')).toEqual({ id: 'me' })
    const writing = await inTurn((response) => response.destroy())
    await expect(writing.graph.patch('/me', {})).rejects.toMatchObject({ failure: 'network' })
    expect(writing.seen).toHaveLength(1)
  })

  it('is not waited for by somebody who has gone', async () => {
    const controller = new AbortController()
    const server = await serve((_request, response) => busy(429, '5')(response))
    servers.push(server)
    const { source } = tokenSourceWith({
      graphOrigin: server.origin,
      calls: {
        sleep(milliseconds, signal) {
          const waiting = systemSleep(milliseconds, signal)
          controller.abort(new Error('gone'))
          return waiting
        },
      },
    })
    const call = source.graph.get('/me', { signal: controller.signal })
    await expect(call).rejects.toThrow('gone')
  })
})

describe("the pages of Graph's collections", () => {
  /** Five numbers, two a page, on the host that is asked; the last page has a delta link. */
  async function numbers(
    linkOf = (origin: string, skip: number) => `${origin}/v1.0/numbers?skip=${skip}`,
  ) {
    const called = await graphAnswering((response) => {
      const skip = Number(
        new URL(String(called.seen.at(-1)?.url), called.origin).searchParams.get('skip'),
      )
      const next = { '@odata.nextLink': linkOf(called.origin, skip + 2) }
      const last = { '@odata.deltaLink': `${called.origin}/v1.0/numbers?delta=1` }
      json({
        '@odata.count': 5,
        value: [skip, skip + 1].filter((number) => number < 5),
        ...(skip + 2 < 5 ? next : last),
      })(response)
    })
    return called
  }

  it('are read one after the other, as the loop asks for them', async () => {
    const { graph, seen } = await numbers()
    const headers = { prefer: 'odata.maxpagesize=2' }
    const found: number[] = []
    for await (const number of graph.items<number>('/numbers', { headers })) {
      found.push(number)
      expect(seen).toHaveLength(Math.floor(number / 2) + 1)
    }
    expect(found).toEqual([0, 1, 2, 3, 4])
    expect(seen.map(({ headers: sent }) => sent['prefer'])).toEqual(Array(3).fill(headers.prefer))
  })

  it('are no longer asked for when the loop ends early', async () => {
    const { graph, seen } = await numbers()
    for await (const number of graph.items<number>('/numbers')) if (number === 1) break
    expect(seen).toHaveLength(1)
  })

  it('have a count, and at the end a link to what changes later', async () => {
    const { graph, seen } = await numbers()
    const pages = []
    for await (const page of graph.pages<number>('/numbers?$count=true')) pages.push(page)
    expect(pages.map(({ count }) => count)).toEqual([5, 5, 5])
    const deltaLink = pages.at(-1)?.deltaLink ?? ''
    await graph.get(deltaLink)
    expect(seen.at(-1)?.url).toBe('/v1.0/numbers?delta=1')
  })

  it('R43 that come round again are not read for ever', async () => {
    const { graph, seen } = await numbers((origin, skip) => `${origin}/v1.0/numbers?r=${skip % 2}`)
    const read = async () => {
      for await (const page of graph.pages('/numbers')) expect(page.value).toHaveLength(2)
    }
    await expect(read()).rejects.toThrow('back to a page that was read already')
    expect(seen.length).toBeLessThan(6)
  })

  it.each([
    ['another host', () => 'https://evil.example/v1.0/numbers?skip=2'],
    ['another port', (origin: string) => origin.replace(/\d+$/, '1')],
    ['itself', (origin: string) => `${origin}/v1.0/numbers`],
    ['nowhere', () => 'numbers?skip=2'],
  ])('R43 that lead to %s are not followed', async (_title, link) => {
    const { graph, seen } = await numbers(link)
    const read = async () => {
      for await (const number of graph.items<number>('/numbers')) expect(number).toBeLessThan(2)
    }
    await expect(read()).rejects.toMatchObject({ code: 'ERR_ENTRA_EGRESS_REFUSED' })
    expect(seen).toHaveLength(1)
  })

  it('R43 are not those of a link from elsewhere', async () => {
    const { graph, asked } = await numbers()
    await expect(graph.get('https://evil.example/v1.0/numbers')).rejects.toMatchObject({
      code: 'ERR_ENTRA_EGRESS_REFUSED',
    })
    expect(asked).toEqual([])
  })
})

describe('the groups that Graph tells', () => {
  // Whose they are is for the token; this test's is the same for everybody.
  const caller = {} as UserCaller

  const groupsWith = (source: Awaited<ReturnType<typeof graphAnswering>>['source']) =>
    createMemberGroups({ onBehalfOf: () => source, deadline: 80 })(caller)

  it('are the list of its answer', async () => {
    const { source } = await graphAnswering(json({ value: ['one', 'two'] }))
    expect(await groupsWith(source)).toEqual(['one', 'two'])
  })

  it.each([
    ['no list', json({})],
    ['something else than a list', json({ value: 'one' })],
    ['a list of something else', json({ value: ['one', 2] })],
    ['null', json(null)],
    ['nothing', (response: ServerResponse) => response.end()],
    ['no JSON', (response: ServerResponse) => response.end('<html>')],
  ])('are unknown when it answers %s', async (_title, answer) => {
    const { source } = await graphAnswering(answer)
    await expect(groupsWith(source)).rejects.toMatchObject({
      status: 503,
      endpoint: 'graph',
      failure: 'content',
    })
  })

  it('are unknown when it does not answer in time, or breaks off', async () => {
    const { source: silent } = await graphAnswering(() => undefined)
    await expect(groupsWith(silent)).rejects.toMatchObject({ status: 503, failure: 'timeout' })
    const { source: broken } = await graphAnswering((response) => response.destroy())
    await expect(groupsWith(broken)).rejects.toMatchObject({ status: 503, failure: 'network' })
  })
})
