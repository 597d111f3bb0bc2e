import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import {
  adaId,
  appOnly,
  benId,
  delegated,
  directoryWithAda,
  expectError,
  startGraph,
  usersOf,
  valueOf,
  type RunningGraph,
} from '../support/graph-calls.js'

const groups = ['7b1c0a44-0000-4000-8000-000000000001', '7b1c0a44-0000-4000-8000-000000000002']
const directory = directoryWithAda({ groups })
const users = usersOf(directory)

let graph: RunningGraph

beforeAll(async () => {
  graph = await startGraph({ directory })
})

afterAll(() => graph.stop())

describe('GET /v1.0/me', () => {
  it('answers with the profile of the token’s user', async () => {
    const { status, body } = await graph.call('/v1.0/me', delegated('User.Read'))
    expect(status).toBe(200)
    expect(body).toEqual({
      '@odata.context': `${graph.origin}/v1.0/$metadata#users/$entity`,
      businessPhones: [],
      displayName: 'Ada Example',
      givenName: 'Ada',
      jobTitle: null,
      mail: 'ada@contoso.example',
      mobilePhone: null,
      officeLocation: null,
      preferredLanguage: null,
      surname: 'Example',
      userPrincipalName: 'ada@contoso.example',
      id: adaId,
    })
  })

  it('answers under /beta as well, with its own context', async () => {
    const { body } = await graph.call('/beta/me', delegated('User.Read'))
    expect(body).toMatchObject({
      '@odata.context': `${graph.origin}/beta/$metadata#users/$entity`,
      id: adaId,
    })
  })

  it('shows what $select names and the id', async () => {
    const { body } = await graph.call(
      '/v1.0/me?$select=displayName,userType',
      delegated('User.Read'),
    )
    expect(body).toEqual({
      '@odata.context': `${graph.origin}/v1.0/$metadata#users(displayName,userType)/$entity`,
      displayName: 'Ada Example',
      userType: 'Member',
      id: adaId,
    })
  })

  it('refuses a property it does not know', async () => {
    const answer = await graph.call('/v1.0/me?$select=shoeSize', delegated('User.Read'))
    expectError(answer, 400, 'BadRequest', /'shoeSize'/)
  })

  it('refuses a token without User.Read', async () => {
    const answer = await graph.call('/v1.0/me', delegated('Mail.Read'))
    expectError(answer, 403, 'Authorization_RequestDenied', /Insufficient privileges/)
  })

  it('has no meaning for an app-only token', async () => {
    const answer = await graph.call('/v1.0/me', appOnly('User.Read.All'))
    expectError(answer, 400, 'BadRequest', /only valid with delegated authentication/)
  })

  it('does not know a user whom the directory lost', async () => {
    const token = delegated('User.Read', { oid: 'f0000000-0000-4000-8000-000000000000' })
    expectError(
      await graph.call('/v1.0/me', token),
      404,
      'Request_ResourceNotFound',
      /does not exist/,
    )
  })
})

describe('GET /v1.0/users', () => {
  it.each([
    ['a user with User.ReadBasic.All', delegated('User.ReadBasic.All')],
    ['a user with User.Read.All', delegated('User.Read.All')],
    ['an application with User.Read.All', appOnly('User.Read.All')],
  ])('lists the users of the token’s tenant for %s', async (_, token) => {
    const { status, body } = await graph.call('/v1.0/users', token)
    expect(status).toBe(200)
    expect(valueOf(body).map(({ id }) => id)).toEqual(users.map(({ id }) => id))
  })

  it.each([
    ['User.Read', delegated('User.Read')],
    ['an application without roles', appOnly()],
    ['an application whose scp would do', { ...appOnly(), scp: ['User.Read.All'] }],
  ])('is refused for %s', async (_, token) => {
    expectError(
      await graph.call('/v1.0/users', token),
      403,
      'Authorization_RequestDenied',
      /privileges/,
    )
  })

  it('pages with a skip token', async () => {
    const first = await graph.call('/v1.0/users?$top=2', delegated('User.Read.All'))
    const link = String(first.body['@odata.nextLink'])
    expect(link).toBe(`${graph.origin}/v1.0/users?%24top=2&%24skiptoken=2`)
    const second = await graph.call(link.replace(graph.origin, ''), delegated('User.Read.All'))
    expect(valueOf(second.body)).toHaveLength(users.length - 2)
    expect(second.body).not.toHaveProperty('@odata.nextLink')
  })

  it('shows basic properties of others under User.ReadBasic.All', async () => {
    const { body } = await graph.call(
      '/v1.0/users/ben@contoso.example',
      delegated('User.ReadBasic.All'),
    )
    expect(Object.keys(body).sort()).toEqual([
      '@odata.context',
      'displayName',
      'givenName',
      'id',
      'mail',
      'surname',
      'userPrincipalName',
    ])
    expect(body).toMatchObject({ id: benId, mail: null })
  })

  it('finds one user by id or by user principal name, and the token’s own under User.Read', async () => {
    for (const name of [adaId, 'ADA@contoso.example']) {
      const { body } = await graph.call(`/v1.0/users/${name}`, delegated('User.Read'))
      expect(body).toMatchObject({ id: adaId })
    }
  })

  it('tells who exists only to a token that may know', async () => {
    const stranger = '/v1.0/users/stranger@contoso.example'
    expectError(
      await graph.call(stranger, delegated('User.Read')),
      403,
      'Authorization_RequestDenied',
      /./,
    )
    const answer = await graph.call(stranger, appOnly('User.Read.All'))
    expectError(answer, 404, 'Request_ResourceNotFound', /stranger@contoso.example/)
  })

  it('does not show the users of another tenant', async () => {
    const answer = await graph.call('/v1.0/users/finn@fabrikam.example', appOnly('User.Read.All'))
    expectError(answer, 404, 'Request_ResourceNotFound', /finn/)
  })
})

describe('POST getMemberObjects', () => {
  const body = JSON.stringify({ securityEnabledOnly: false })

  it('lists the groups of the signed-in user', async () => {
    const answer = await graph.call('/v1.0/me/getMemberObjects', delegated('User.Read'), post(body))
    expect(answer.body).toEqual({
      '@odata.context': `${graph.origin}/v1.0/$metadata#Collection(Edm.String)`,
      value: groups,
    })
  })

  it.each([
    ['an application with User.Read.All', appOnly('User.Read.All'), 200],
    [
      'a user with User.ReadBasic.All and GroupMember.Read.All',
      delegated('User.ReadBasic.All GroupMember.Read.All', { oid: benId }),
      200,
    ],
    ['a user with User.ReadBasic.All alone', delegated('User.ReadBasic.All', { oid: benId }), 403],
    ['another user with User.Read', delegated('User.Read', { oid: benId }), 403],
    ['the user themself with User.Read', delegated('User.Read'), 200],
  ])('answers %s', async (_, token, status) => {
    const answer = await graph.call(`/v1.0/users/${adaId}/getMemberObjects`, token, post(body))
    expect(answer.status).toBe(status)
  })

  it.each(['', 'not json', '{}', '{"securityEnabledOnly":"yes"}', '[]'])(
    'refuses the body %j',
    async (wrong) => {
      const answer = await graph.call(
        '/v1.0/me/getMemberObjects',
        delegated('User.Read'),
        post(wrong),
      )
      expectError(answer, 400, 'BadRequest', /securityEnabledOnly|JSON/)
    },
  )

  it('reads no more than 64 kilobytes', async () => {
    const answer = await graph.call(
      '/v1.0/me/getMemberObjects',
      delegated('User.Read'),
      post(' '.repeat(70_000)),
    )
    expectError(answer, 413, 'BadRequest', /too large/)
  })

  it('is not there for GET', async () => {
    const answer = await graph.call('/v1.0/me/getMemberObjects', delegated('User.Read'))
    expect(answer.status).toBe(405)
  })
})

function post(body: string): RequestInit {
  return { method: 'POST', body, headers: { 'content-type': 'application/json' } }
}
