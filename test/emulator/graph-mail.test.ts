import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { Message } from '../../src/emulator/directory.js'
import {
  adaId,
  appOnly,
  benId,
  delegated,
  directoryWithAda,
  expectError,
  startGraph,
  valueOf,
  type RunningGraph,
} from '../support/graph-calls.js'

let graph: RunningGraph

beforeAll(async () => {
  graph = await startGraph({ directory: directoryWithAda({ messages: fiveMessages() }) })
})

afterAll(() => graph.stop())

describe('GET /v1.0/me/messages', () => {
  it('lists the newest messages first, with sender and preview', async () => {
    const { status, body } = await graph.call('/v1.0/me/messages', delegated('Mail.Read'))
    expect(status).toBe(200)
    expect(body['@odata.context']).toBe(`${graph.origin}/v1.0/$metadata#users('${adaId}')/messages`)
    expect(subjectsOf(body)).toEqual(['m4', 'm3', 'm2', 'm1', 'm0'])
    expect(valueOf(body)[0]).toEqual({
      id: expect.stringMatching(/^AAMk/),
      receivedDateTime: '2026-09-05T08:00:00Z',
      subject: 'm4',
      bodyPreview: 'Text 4',
      isRead: false,
      from: { emailAddress: { name: 'Grace Admin', address: 'grace@contoso.example' } },
    })
  })

  it('takes a bare address for the sender’s name', async () => {
    const { body } = await graph.call('/v1.0/me/messages?$skip=4', delegated('Mail.Read'))
    const emailAddress = { name: 'ben@contoso.example', address: 'ben@contoso.example' }
    expect(valueOf(body)[0]).toMatchObject({ from: { emailAddress } })
  })

  it('pages by $top, with links that lead to every message once and keep $select', async () => {
    const token = delegated('Mail.Read')
    const subjects: string[] = []
    let next: string | undefined = '/v1.0/me/messages?$top=2&$select=subject'
    while (next !== undefined) {
      const { body } = await graph.call(next.replace(graph.origin, ''), token)
      subjects.push(...subjectsOf(body))
      expect(valueOf(body)[0]).not.toHaveProperty('bodyPreview')
      next = body['@odata.nextLink'] as string | undefined
      if (next !== undefined)
        expect(next.startsWith(`${graph.origin}/v1.0/me/messages?`)).toBe(true)
    }
    expect(subjects).toEqual(['m4', 'm3', 'm2', 'm1', 'm0'])
  })

  it('orders by time received on request, and by nothing else', async () => {
    const token = delegated('Mail.Read')
    const ascending = await graph.call('/v1.0/me/messages?$orderby=receivedDateTime', token)
    expect(subjectsOf(ascending.body)).toEqual(['m0', 'm1', 'm2', 'm3', 'm4'])
    const other = await graph.call('/v1.0/me/messages?$orderby=subject', token)
    expectError(other, 400, 'BadRequest', /receivedDateTime/)
  })

  it.each(['$top=0', '$top=1001', '$top=many', '$skip=-1'])('refuses %s', async (option) => {
    const answer = await graph.call(`/v1.0/me/messages?${option}`, delegated('Mail.Read'))
    expectError(answer, 400, 'BadRequest', /Invalid value/)
  })

  it('refuses an option it would have to ignore', async () => {
    const answer = await graph.call('/v1.0/me/messages?$filter=isRead', delegated('Mail.Read'))
    expectError(answer, 400, 'BadRequest', /'\$filter'/)
  })

  it('refuses a token without Mail.Read in the words of Exchange', async () => {
    const answer = await graph.call('/v1.0/me/messages', delegated('User.Read'))
    expectError(answer, 403, 'ErrorAccessDenied', /Access is denied/)
  })

  it('has no meaning for an app-only token, which names the user instead', async () => {
    expectError(
      await graph.call('/v1.0/me/messages', appOnly('Mail.Read')),
      400,
      'BadRequest',
      /delegated/,
    )
    const { body } = await graph.call(`/v1.0/users/${adaId}/messages`, appOnly('Mail.Read'))
    expect(subjectsOf(body)).toHaveLength(5)
  })

  it('lets a user read no mail but their own', async () => {
    const own = await graph.call(`/v1.0/users/${adaId}/messages`, delegated('Mail.Read'))
    expect(own.status).toBe(200)
    const grace = await graph.call(
      '/v1.0/users/grace@contoso.example/messages',
      delegated('Mail.Read'),
    )
    expectError(grace, 403, 'ErrorAccessDenied', /Access is denied/)
  })

  it('finds no mailbox for a user without an address', async () => {
    const answer = await graph.call('/v1.0/me/messages', delegated('Mail.Read', { oid: benId }))
    expectError(answer, 404, 'MailboxNotEnabledForRESTAPI', /mailbox/)
  })
})

function subjectsOf(body: Record<string, unknown>): string[] {
  return valueOf(body).map(({ subject }) => String(subject))
}

function fiveMessages(): Message[] {
  return [0, 3, 1, 4, 2].map((day) => ({
    subject: `m${day}`,
    from: day === 0 ? 'ben@contoso.example' : 'Grace Admin <grace@contoso.example>',
    receivedDateTime: `2026-09-0${day + 1}T08:00:00Z`,
    bodyPreview: `Text ${day}`,
  }))
}
