import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, it } from '@jest/globals'
import { DocumentUnavailable, fetchJson } from '../../src/platform/http-json.js'
import { serve, type LoopbackServer } from '../support/loopback-server.js'

let server: LoopbackServer | undefined
afterEach(() => server?.stop())

async function read(
  body: string | Buffer,
  headers: Record<string, string> = {},
  status = 200,
): Promise<unknown> {
  server = await serve((_request, response) => response.writeHead(status, headers).end(body))
  try {
    const request = { fetch, clock: () => 1_000_000, deadline: AbortSignal.timeout(3_000) }
    return (await fetchJson(server.origin, request)).content
  } catch (error) {
    if (error instanceof DocumentUnavailable) return [error.failure, error.retryAfter]
    throw error
  }
}

describe('a JSON document of the platform', () => {
  it('N19 is read whatever its content type, with a byte order mark or compressed', async () => {
    expect(await read('{"a":1}', { 'content-type': 'text/html' })).toEqual({ a: 1 })
    await server?.stop()
    expect(await read('\ufeff{"a":1}')).toEqual({ a: 1 })
    await server?.stop()
    expect(await read(gzipSync('{"a":1}'), { 'content-encoding': 'gzip' })).toEqual({ a: 1 })
  })

  it('N19 is refused beyond 1 MiB, counted after decompression', async () => {
    const bomb = gzipSync(`"${'a'.repeat(200_000_000)}"`)
    expect(bomb.byteLength).toBeLessThan(1024 * 1024)
    const before = process.memoryUsage().rss
    expect(await read(bomb, { 'content-encoding': 'gzip' })).toEqual(['content', undefined])
    expect(process.memoryUsage().rss - before).toBeLessThan(100 * 1024 * 1024)
    await server?.stop()
    expect(await read(`"${'a'.repeat(1024 * 1024 - 2)}"`)).toHaveLength(1024 * 1024 - 2)
    await server?.stop()
    expect(await read(`"${'a'.repeat(1024 * 1024 - 1)}"`)).toEqual(['content', undefined])
  })

  it('tells when to come back, in seconds or as a date', async () => {
    expect(await read('', { 'retry-after': '120' }, 429)).toEqual(['status', 120_000])
    await server?.stop()
    expect(await read('', { 'retry-after': new Date(1_060_000).toUTCString() }, 503)).toEqual([
      'status',
      60_000,
    ])
    await server?.stop()
    expect(await read('', { 'retry-after': new Date(0).toUTCString() }, 503)).toEqual(['status', 0])
    await server?.stop()
    expect(await read('', { 'retry-after': 'soon' }, 503)).toEqual(['status', undefined])
  })

  it('holds to a deadline that has passed already', async () => {
    const gone = { fetch, clock: Date.now, deadline: AbortSignal.abort() }
    await expect(fetchJson('http://localhost:9/', gone)).rejects.toMatchObject({
      failure: 'timeout',
    })
  })
})
