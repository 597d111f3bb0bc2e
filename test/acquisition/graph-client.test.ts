import { afterEach, describe, expect, it } from '@jest/globals'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createMemberGroups } from '../../src/acquisition/member-groups.js'
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
