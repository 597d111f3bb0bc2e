import { expect } from '@jest/globals'
import { contosoDirectory } from '../../src/emulator/contoso.js'
import type { Directory, User } from '../../src/emulator/directory.js'
import { createGraph, type GraphModel, type GraphToken } from '../../src/emulator/graph/graph.js'
import { serve } from './loopback-server.js'

const contosoId = '7d1c9a10-5a6e-4a1d-8f6c-0b2f5e9d3a77'
export const adaId = '3f0b6a52-7c1e-4d0b-9b7a-2a6d5b8e1c11'
export const benId = 'd2b8e6f4-7a19-4c35-b0e2-5f9d8c3a1b67'
/** The clock of these tests, in milliseconds: 2026-09-21T14:18:20Z. */
const issued = 1_790_000_300_000

export interface Answer {
  status: number
  headers: Headers
  body: Record<string, unknown>
}

export interface RunningGraph {
  origin: string
  /** Calls with an access token; a string is sent as it is. */
  call(path: string, token: GraphToken | string, init?: RequestInit): Promise<Answer>
  stop(): Promise<void>
}

/** A Graph whose tokens are what the test says they are; signatures are another test's subject. */
export async function startGraph(changes: Partial<GraphModel> = {}): Promise<RunningGraph> {
  const tokens = new Map<string, GraphToken>()
  const verify = (token: string) => {
    const known = tokens.get(token)
    return known === undefined
      ? Promise.reject(new Error('Lifetime validation failed'))
      : Promise.resolve(known)
  }
  const directory = contosoDirectory()
  const server = await serve(
    createGraph({
      directory,
      verify,
      now: () => issued,
      revokeSessions: () => undefined,
      ...changes,
    }),
  )
  return {
    origin: server.origin,
    stop: () => server.stop(),
    async call(path, token, init = {}) {
      const name = typeof token === 'string' ? token : `token-${tokens.size}`
      if (typeof token !== 'string') tokens.set(name, token)
      const headers = new Headers(init.headers)
      headers.set('authorization', `Bearer ${name}`)
      return read(await fetch(server.origin + path, { ...init, headers }))
    },
  }
}

export async function read(response: Response): Promise<Answer> {
  const { status, headers } = response
  // Every answer of this server is a JSON object.
  return { status, headers, body: (await response.json()) as Record<string, unknown> }
}

/** A token for Ada in Contoso, unless changed. */
export function delegated(scp: string, changes: Partial<GraphToken> = {}): GraphToken {
  return {
    kind: 'delegated',
    tid: contosoId,
    oid: adaId,
    scp: scp.split(' '),
    roles: [],
    appid: '5e7f2d91-6b3a-4e88-a1c4-9d0b8f7e6a52',
    sub: 'Zk2PairwiseForTheWebClient0LmNoPqRsTuVwXyZ',
    claims: {},
    ...changes,
  }
}

export function appOnly(...roles: string[]): GraphToken {
  const oid = 'e4a1b7c3-58d2-4690-9f0e-3b6c8d2a7f15'
  return { ...delegated(''), kind: 'app', scp: [], roles, oid, sub: oid }
}

export function usersOf(directory: Directory): User[] {
  return directory.tenants.find(({ id }) => id === contosoId)?.users ?? []
}

/** Contoso with something changed about Ada. */
export function directoryWithAda(changes: Partial<User>): Directory {
  const directory = contosoDirectory()
  for (const user of usersOf(directory)) if (user.id === adaId) Object.assign(user, changes)
  return directory
}

export function valueOf(body: Record<string, unknown>): Record<string, unknown>[] {
  // The operations under test answer with a collection; anything else fails the next expectation.
  return body['value'] as Record<string, unknown>[]
}

export function expectError(answer: Answer, status: number, code: string, message: RegExp): void {
  expect(answer.body).toMatchObject({
    error: {
      code,
      message: expect.stringMatching(message),
      innerError: { date: expect.any(String) },
    },
  })
  expect(answer.status).toBe(status)
}
