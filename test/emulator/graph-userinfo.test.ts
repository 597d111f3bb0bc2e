import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import {
  appOnly,
  benId,
  delegated,
  expectError,
  startGraph,
  type RunningGraph,
} from '../support/graph-calls.js'

let graph: RunningGraph

beforeAll(async () => {
  graph = await startGraph()
})

afterAll(() => graph.stop())

describe('/oidc/userinfo', () => {
  const userinfo = (scp: string) => ({ ...delegated(scp), kind: 'userinfo' as const })

  it.each(['GET', 'POST'])('answers %s with the claims of the scopes', async (method) => {
    const answer = await graph.call('/oidc/userinfo', userinfo('openid profile email'), { method })
    expect(answer.body).toEqual({
      sub: 'Zk2PairwiseForTheWebClient0LmNoPqRsTuVwXyZ',
      name: 'Ada Example',
      family_name: 'Example',
      given_name: 'Ada',
      picture: `${graph.origin}/v1.0/me/photo/$value`,
      email: 'ada@contoso.example',
    })
    expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8')
  })

  it('keeps names for profile and the address for email', async () => {
    const { body } = await graph.call('/oidc/userinfo', userinfo('openid'))
    expect(body).toEqual({ sub: 'Zk2PairwiseForTheWebClient0LmNoPqRsTuVwXyZ' })
    const ofBen = { ...userinfo('openid email'), oid: benId }
    expect((await graph.call('/oidc/userinfo', ofBen)).body).not.toHaveProperty('email')
  })

  it('answers a Graph token of a sign-in with openid, and no other', async () => {
    expect((await graph.call('/oidc/userinfo', delegated('openid User.Read'))).status).toBe(200)
    expect((await graph.call('/oidc/userinfo', delegated('User.Read'))).status).toBe(403)
    expect((await graph.call('/oidc/userinfo', appOnly('User.Read.All'))).status).toBe(403)
  })

  it('points to a picture that nobody has', async () => {
    const answer = await graph.call('/v1.0/me/photo/$value', delegated('User.Read'))
    expectError(answer, 404, 'ImageNotFound', /photo/)
  })
})
