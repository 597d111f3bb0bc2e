import { createHash } from 'node:crypto'
import type { User } from '../directory.js'
import { accessDenied, badRequest, itemNotFound, noMailbox } from './graph-error.js'
import type { Done, GraphCall } from './graph-call.js'
import { pageOf } from './paging.js'
import { requirePermission, requireUser } from './permissions.js'
import { requireOnlyOptions, selected } from './query-options.js'
import { isSelf, userOf } from './users.js'

/** GET /me/messages. https://learn.microsoft.com/graph/api/user-list-messages */
export function listMyMessages(call: GraphCall): object {
  requireUser(call.token)
  requirePermission(call.token, { delegated: readsMail }, accessDenied)
  return messagesReply(call, userOf(call, call.token.oid))
}

/** GET /users/{id}/messages: one's own with Mail.Read, anyone's with the application permission. */
export function listMessagesOf(call: GraphCall): object {
  const id = call.parameters[0] ?? ''
  const delegated = isSelf(call, id) ? readsMail : []
  requirePermission(call.token, { delegated, application: readsMail }, accessDenied)
  return messagesReply(call, userOf(call, id))
}

/** PATCH /me/messages/{id}. https://learn.microsoft.com/graph/api/message-update */
export async function updateMyMessage(call: GraphCall): Promise<object> {
  const { user, message } = myMessageOf(call)
  const changes: unknown = await call.readJson()
  const { isRead } = Object(changes) as { isRead?: unknown }
  if (typeof isRead !== 'boolean') {
    throw badRequest("The emulator's Graph changes isRead of a message, and nothing else.")
  }
  message.isRead = isRead
  return {
    '@odata.context': `${call.root}/$metadata#users('${user.id}')/messages/$entity`,
    ...entityOf(message, user),
  }
}

/** DELETE /me/messages/{id}. https://learn.microsoft.com/graph/api/message-delete */
export function deleteMyMessage(call: GraphCall): Done {
  const { user, message } = myMessageOf(call)
  user.messages = (user.messages ?? []).filter((one) => one !== message)
  return { done: 204 }
}

/** POST /me/sendMail: taken, and sent to nobody. https://learn.microsoft.com/graph/api/user-sendmail */
export async function sendMyMail(call: GraphCall): Promise<Done> {
  requireUser(call.token)
  requirePermission(call.token, { delegated: ['Mail.Send'] }, accessDenied)
  const { message } = Object(await call.readJson()) as { message?: unknown }
  if (typeof message !== 'object' || message === null) {
    throw badRequest('The body of sendMail is {"message": {…}}.')
  }
  return { done: 202 }
}

function myMessageOf(call: GraphCall): { user: User; message: Message } {
  requireUser(call.token)
  requirePermission(call.token, { delegated: ['Mail.ReadWrite'] }, accessDenied)
  const user = userOf(call, call.token.oid)
  const [id = ''] = call.parameters
  const message = user.messages?.find((one) => idOf(one, user) === id)
  if (message === undefined) throw itemNotFound()
  return { user, message }
}

const readsMail = ['Mail.Read', 'Mail.ReadWrite']
const defaultProperties = ['id', 'receivedDateTime', 'subject', 'bodyPreview', 'isRead', 'from']

type Message = NonNullable<User['messages']>[number]

function messagesReply(call: GraphCall, user: User): object {
  if (user.mail === undefined) throw noMailbox()
  requireOnlyOptions(call.query, ['$select', '$top', '$skip', '$orderby'])
  const { items, next } = pageOf(inOrder(user.messages ?? [], call.query), call, {
    cursor: '$skip',
    defaultSize: 10,
    maximumSize: 1000,
  })
  return {
    '@odata.context': `${call.root}/$metadata#users('${user.id}')/messages`,
    ...next,
    value: items.map((message) =>
      selected(entityOf(message, user), call.query, {
        type: 'microsoft.graph.message',
        defaults: defaultProperties,
      }),
    ),
  }
}

function inOrder(messages: readonly Message[], query: URLSearchParams): Message[] {
  const order = query.get('$orderby') ?? 'receivedDateTime desc'
  const [, direction = 'asc'] = /^receivedDateTime(?: (asc|desc))?$/.exec(order) ?? [
    undefined,
    'unknown',
  ]
  if (direction === 'unknown') {
    throw badRequest(`The emulator's Graph orders messages by receivedDateTime, not by '${order}'.`)
  }
  const newestFirst = messages.toSorted((a, b) => timeOf(b) - timeOf(a))
  return direction === 'desc' ? newestFirst : newestFirst.reverse()
}

function timeOf(message: Message): number {
  return Date.parse(message.receivedDateTime)
}

function entityOf(message: Message, user: User): Record<string, unknown> {
  return {
    id: idOf(message, user),
    receivedDateTime: message.receivedDateTime,
    subject: message.subject,
    bodyPreview: message.bodyPreview,
    isRead: message.isRead ?? false,
    from: { emailAddress: senderOf(message.from) },
  }
}

// The directory gives messages no id of their own; this one stays the same from call to call.
function idOf({ subject, receivedDateTime }: Message, user: User): string {
  const content = [user.id, receivedDateTime, subject].join('\n')
  return `AAMk${createHash('sha256').update(content).digest('base64url')}=`
}

/** "Grace Admin <grace@contoso.example>" or an address alone. */
function senderOf(from: string): { name: string; address: string } {
  const [, name, address] = /^(.+?)\s*<([^<>]+)>$/.exec(from) ?? []
  return name !== undefined && address !== undefined
    ? { name, address }
    : { name: from, address: from }
}
