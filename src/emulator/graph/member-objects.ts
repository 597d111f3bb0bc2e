import { badRequest, insufficientPrivileges } from './graph-error.js'
import type { GraphCall } from './graph-call.js'
import { holds, requireUser } from './permissions.js'
import { isSelf, userOf } from './users.js'

/** POST /me/getMemberObjects, the way out of a groups overage in a token. */
export async function myMemberObjects(call: GraphCall): Promise<object> {
  requireUser(call.token)
  return memberObjectsReply(call, call.token.oid)
}

/**
 * POST /users/{id}/getMemberObjects.
 * https://learn.microsoft.com/graph/api/directoryobject-getmemberobjects
 */
export async function memberObjectsOf(call: GraphCall): Promise<object> {
  return memberObjectsReply(call, call.parameters[0] ?? '')
}

const readsEverything = ['User.Read.All', 'User.ReadWrite.All', 'Directory.Read.All']

async function memberObjectsReply(call: GraphCall, id: string): Promise<object> {
  if (!mayReadMemberships(call, id)) throw insufficientPrivileges()
  requireSecurityEnabledOnly(await call.readJson())
  return {
    '@odata.context': `${call.root}/$metadata#Collection(Edm.String)`,
    value: [...(userOf(call, id).groups ?? [])],
  }
}

function mayReadMemberships(call: GraphCall, id: string): boolean {
  const { token } = call
  const delegated = isSelf(call, id) ? ['User.Read', ...readsEverything] : readsEverything
  if (holds(token, { delegated, application: readsEverything })) return true
  // The least privileged way for other people is two permissions together.
  return ['User.ReadBasic.All', 'GroupMember.Read.All'].every((scope) => token.scp.includes(scope))
}

/** All groups of the directory are security groups, so both values have the same answer. */
function requireSecurityEnabledOnly(body: unknown): void {
  const given =
    typeof body === 'object' && body !== null && 'securityEnabledOnly' in body
      ? body.securityEnabledOnly
      : undefined
  if (typeof given !== 'boolean') {
    throw badRequest(
      'The body of getMemberObjects is {"securityEnabledOnly": true} or {"securityEnabledOnly": false}.',
    )
  }
}
