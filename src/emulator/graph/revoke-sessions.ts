import { insufficientPrivileges } from './graph-error.js'
import type { GraphCall } from './graph-call.js'
import { requirePermission, requireUser } from './permissions.js'
import { userOf } from './users.js'

/**
 * POST /me/revokeSignInSessions. Guests sign in at home, and only there are their sessions ended.
 * https://learn.microsoft.com/graph/api/user-revokesigninsessions
 */
export function revokeMySessions(call: GraphCall): object {
  requireUser(call.token)
  requirePermission(call.token, { delegated: revokesSessions }, insufficientPrivileges)
  const { id, homeId } = userOf(call, call.token.oid)
  if (homeId === undefined) call.revokeSessions(id)
  return { '@odata.context': `${call.root}/$metadata#Edm.Boolean`, value: true }
}

const revokesSessions = ['User.RevokeSessions.All', 'User.ReadWrite.All', 'Directory.ReadWrite.All']
