import type { Directory, User } from '../directory.js'
import { insufficientPrivileges, resourceNotFound } from './graph-error.js'
import type { GraphCall } from './graph-call.js'
import { pageOf } from './paging.js'
import { holds, requirePermission, requireUser, type Permissions } from './permissions.js'
import { requireOnlyOptions, selected } from './query-options.js'

/** GET /me. https://learn.microsoft.com/graph/api/user-get */
export function readMe(call: GraphCall): object {
  requireUser(call.token)
  requirePermission(call.token, readsSelf, insufficientPrivileges)
  return entityReply(call, userOf(call, call.token.oid))
}

/** GET /users/{id | userPrincipalName} */
export function readUser(call: GraphCall): object {
  const id = call.parameters[0] ?? ''
  requirePermission(call.token, isSelf(call, id) ? readsSelf : readsUsers, insufficientPrivileges)
  return entityReply(call, userOf(call, id))
}

/** GET /users. https://learn.microsoft.com/graph/api/user-list */
export function listUsers(call: GraphCall): object {
  requirePermission(call.token, readsUsers, insufficientPrivileges)
  requireOnlyOptions(call.query, ['$select', '$top', '$skiptoken'])
  const { items, next } = pageOf(usersOf(call.directory, call.token.tid), call, {
    cursor: '$skiptoken',
    defaultSize: 100,
    maximumSize: 999,
  })
  return {
    '@odata.context': `${call.root}/$metadata#users`,
    ...next,
    value: items.map((user) => viewOf(call, user)),
  }
}

/** The user of the token's tenant with this object id or user principal name, or a 404. */
export function userOf(call: GraphCall, idOrName: string): User {
  const found = findUser(call, idOrName)
  if (found === undefined) throw resourceNotFound(idOrName)
  return found
}

/** Whether a name in a path means the signed-in user; asked before anyone is told who exists. */
export function isSelf(call: GraphCall, idOrName: string): boolean {
  return call.token.kind !== 'app' && findUser(call, idOrName)?.id === call.token.oid
}

const readsUsersFully: Permissions = {
  delegated: ['User.Read.All', 'User.ReadWrite.All', 'Directory.Read.All'],
  application: ['User.Read.All', 'User.ReadWrite.All', 'Directory.Read.All'],
}
const readsUsers: Permissions = {
  ...readsUsersFully,
  delegated: ['User.ReadBasic.All', ...readsUsersFully.delegated],
}
const readsSelf: Permissions = {
  ...readsUsers,
  delegated: ['User.Read', 'User.ReadWrite', ...readsUsers.delegated],
}

const basicProperties = ['displayName', 'givenName', 'mail', 'surname', 'userPrincipalName', 'id']
const defaultProperties = [
  'businessPhones',
  'displayName',
  'givenName',
  'jobTitle',
  'mail',
  'mobilePhone',
  'officeLocation',
  'preferredLanguage',
  'surname',
  'userPrincipalName',
  'id',
]

function findUser({ directory, token }: GraphCall, idOrName: string): User | undefined {
  const wanted = idOrName.toLowerCase()
  return usersOf(directory, token.tid).find(
    ({ id, userPrincipalName }) => id === wanted || userPrincipalName.toLowerCase() === wanted,
  )
}

function usersOf(directory: Directory, tenantId: string): readonly User[] {
  return directory.tenants.find(({ id }) => id === tenantId)?.users ?? []
}

function entityReply(call: GraphCall, user: User): object {
  requireOnlyOptions(call.query, ['$select'])
  const select = call.query.get('$select')
  const fragment = select === null ? '$entity' : `(${select})/$entity`
  const separator = select === null ? '/' : ''
  return {
    '@odata.context': `${call.root}/$metadata#users${separator}${fragment}`,
    ...viewOf(call, user),
  }
}

/** With User.ReadBasic.All alone, other people are shown with their basic properties. */
function viewOf(call: GraphCall, user: User): Record<string, unknown> {
  const full = holds(call.token, isSelf(call, user.id) ? readsSelf : readsUsersFully)
  const entity = entityOf(user)
  const visible = full
    ? entity
    : Object.fromEntries(basicProperties.map((name) => [name, entity[name]]))
  return selected(visible, call.query, {
    type: 'microsoft.graph.user',
    defaults: full ? defaultProperties : basicProperties,
  })
}

function entityOf(user: User): Record<string, unknown> {
  return {
    id: user.id,
    accountEnabled: true,
    businessPhones: [],
    displayName: user.displayName,
    givenName: user.givenName ?? null,
    jobTitle: null,
    mail: user.mail ?? null,
    mobilePhone: null,
    officeLocation: null,
    preferredLanguage: null,
    surname: user.surname ?? null,
    userPrincipalName: user.userPrincipalName,
    userType: user.userType === 'Guest' ? 'Guest' : 'Member',
  }
}
