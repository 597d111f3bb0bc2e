import { badRequest, methodNotAllowed, unknownSegment } from './graph-error.js'
import type { Operation } from './graph-call.js'
import { memberObjectsOf, myMemberObjects } from './member-objects.js'
import {
  deleteMyMessage,
  listMessagesOf,
  listMyMessages,
  sendMyMail,
  updateMyMessage,
} from './messages.js'
import { readMyPhoto } from './photo.js'
import { revokeMySessions } from './revoke-sessions.js'
import { readUserinfo } from './userinfo.js'
import { listUsers, readMe, readUser } from './users.js'

export interface Match {
  operation: Operation
  parameters: string[]
  /** `v1.0` or `beta`; what is outside the versions counts as `v1.0`. */
  version: string
}

/** Finds the operation for a path, or throws what Graph answers for a path it does not know. */
export function matchRoute(method: string, path: string): Match {
  const [first = '', ...rest] = segmentsOf(path)
  if (first === 'oidc') return matchIn(oidcRoutes, method, rest, 'v1.0')
  if (first !== 'v1.0' && first !== 'beta') throw badRequest(`Invalid version: ${first}`)
  return matchIn(versionedRoutes, method, rest, first)
}

interface Route {
  /** `{id}` stands for any one segment. */
  path: string
  operations: Readonly<Record<string, Operation>>
}

const oidcRoutes: readonly Route[] = [
  { path: 'userinfo', operations: { GET: readUserinfo, POST: readUserinfo } },
]

const versionedRoutes: readonly Route[] = [
  { path: 'me', operations: { GET: readMe } },
  { path: 'me/messages', operations: { GET: listMyMessages } },
  {
    path: 'me/messages/{id}',
    operations: { PATCH: updateMyMessage, DELETE: deleteMyMessage },
  },
  { path: 'me/sendMail', operations: { POST: sendMyMail } },
  { path: 'me/getMemberObjects', operations: { POST: myMemberObjects } },
  { path: 'me/revokeSignInSessions', operations: { POST: revokeMySessions } },
  { path: 'me/photo/$value', operations: { GET: readMyPhoto } },
  { path: 'users', operations: { GET: listUsers } },
  { path: 'users/{id}', operations: { GET: readUser } },
  { path: 'users/{id}/messages', operations: { GET: listMessagesOf } },
  { path: 'users/{id}/getMemberObjects', operations: { POST: memberObjectsOf } },
]

function matchIn(
  routes: readonly Route[],
  method: string,
  segments: readonly string[],
  version: string,
): Match {
  for (const { path, operations } of routes) {
    const parameters = parametersOf(path.split('/'), segments)
    if (parameters === undefined) continue
    const operation = operations[method]
    if (operation === undefined) throw methodNotAllowed(Object.keys(operations))
    return { operation, parameters, version }
  }
  throw unknownSegment(segments.at(-1) ?? '')
}

function parametersOf(pattern: readonly string[], segments: readonly string[]) {
  if (pattern.length !== segments.length) return undefined
  const pairs = pattern.map((wanted, index) => [wanted, segments[index] ?? ''] as const)
  if (!pairs.every(([wanted, found]) => wanted === '{id}' || wanted === found)) return undefined
  return pairs.filter(([wanted]) => wanted === '{id}').map(([, found]) => found)
}

function segmentsOf(path: string): string[] {
  try {
    return path.split('/').filter(Boolean).map(decodeURIComponent)
  } catch {
    throw badRequest('The path is not percent-encoded correctly.')
  }
}
