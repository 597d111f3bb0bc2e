import type { Server } from 'node:http'
import express from 'express'
import session from 'express-session'
import request from 'supertest'
import { entra } from 'entrada/express'
import { contosoDirectory, type Emulator } from 'entrada/emulator'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import {
  ada,
  adaAtFabrikam,
  authorizeUrl,
  callback,
  claimsOf,
  contoso,
  daemon,
  fabrikam,
  graph,
  headerOf,
  postToken,
  redeem,
  start,
  stopAll,
  tasksApi,
  webApp,
  webAppSecret,
} from './contoso.js'

let emulator: Emulator
beforeAll(async () => {
  emulator = await start(contosoDirectory())
})
afterAll(stopAll)

function webServer(responseMode: 'query' | 'form_post' = 'query') {
  const identity = entra({
    tenant: contoso,
    clientId: webApp,
    credential: { secret: webAppSecret },
    baseUrl: 'http://localhost:3000',
    secret: 'a-secret-of-the-test-kit-tests-long-enough',
    authorityHost: emulator.origin,
    graphEndpoint: emulator.graphOrigin,
  })
  const app = express()
  app.use(session({ secret: 'another secret', resave: false, saveUninitialized: false }))
  app.use(identity.signIn({ scopes: ['User.Read'], responseMode }))
  app.get('/me', identity.requireSignIn(), (req, res) => {
    res.json({ user: identity.account(req).objectId })
  })
  app.get('/plain', (_req, res) => {
    res.send('no sign-in here')
  })
  app.use(identity.errors())
  return app
}

describe('signInAs', () => {
  it.each(['query', 'form_post'] as const)(
    'leaves a supertest agent signed in (%s)',
    async (mode) => {
      const agent = request.agent(webServer(mode))
      const done = await emulator.signInAs('Ada@contoso.example', agent)
      expect(done.status).toBe(303)
      const me = await agent.get('/me').set('accept', 'application/json')
      expect(me.body).toEqual({ user: ada })
    },
  )

  it('knows a guest by their name at home', async () => {
    const url = authorizeUrl(emulator, { tenant: fabrikam })
    const { url: back } = await emulator.answerSignIn(url, { user: 'ada@contoso.example' })
    const { body } = await redeem(emulator, new URL(back).searchParams.get('code'), {
      tenant: fabrikam,
    })
    expect(claimsOf(body['id_token'])).toMatchObject({ oid: adaAtFabrikam, tid: fabrikam })
  })

  it('gives the administrator’s consent when told', async () => {
    emulator.grants.clear()
    const agent = request.agent(webServer())
    await emulator.signInAs('grace@contoso.example', agent, { forOrganization: true })
    expect(emulator.grants.list().delegated).toContainEqual(
      expect.objectContaining({ resource: graph, user: 'everyone' }),
    )
  })

  it('brings back a refusal as the application answers it', async () => {
    emulator.grants.clear()
    const agent = request.agent(webServer())
    const refused = await emulator.signInAs(ada, agent, { consent: 'decline' })
    expect(refused.status).toBeGreaterThanOrEqual(400)
  })

  it.each([
    ['nobody', {}, /no user 'nobody'. It has: ada@contoso\.example, /],
    ['finn@fabrikam.example', {}, /account picker does not offer/],
    [ada, { path: '/plain' }, /GET \/plain answered 200 without a redirect/],
  ])('says where it got stuck: %s %j', async (user, options, message) => {
    const signingIn = emulator.signInAs(user, request.agent(webServer()), options)
    await expect(signingIn).rejects.toThrow(message)
  })

  it('says that the application speaks to another platform', async () => {
    const app = express()
    app.get('/auth/login', (_req, res) => {
      res.redirect('https://login.microsoftonline.com/common/oauth2/v2.0/authorize')
    })
    const server: Server = app.listen(0)
    const signingIn = emulator.signInAs(ada, request.agent(server))
    await expect(signingIn).rejects.toThrow(/not to the emulator at .* authorityHost/)
    server.close()
  })

  it('shows what the emulator’s page says when the journey ends there', async () => {
    emulator.conditionalAccess.block({ resource: graph })
    const signingIn = emulator.signInAs(ada, request.agent(webServer()))
    await expect(signingIn).rejects.toThrow(/ended on a page of the emulator: .*AADSTS53003/)
    emulator.conditionalAccess.clear()
  })
})

it('answers a sign-in for any other client: from authorize URL to callback URL', async () => {
  const url = authorizeUrl(emulator, { parameters: { response_mode: 'form_post' } })
  const answer = await emulator.answerSignIn(url, { user: ada })
  expect(answer).toMatchObject({
    method: 'POST',
    url: callback,
    fields: { code: expect.any(String), state: 'the state' },
  })
})

describe('mintToken', () => {
  it('makes ID tokens', async () => {
    const token = await emulator.mintToken({
      kind: 'id',
      client: webApp,
      user: ada,
      nonce: 'n-1',
      claims: { extra: true },
      expiresIn: 60,
    })
    const claims = claimsOf(token)
    expect(claims).toMatchObject({ aud: webApp, oid: ada, nonce: 'n-1', ver: '2.0', extra: true })
    expect(Number(claims.exp) - Number(claims.iat)).toBe(360)
  })

  it('makes refresh tokens that are good at the token endpoint', async () => {
    const token = await emulator.mintToken({
      kind: 'refresh',
      client: webApp,
      user: ada,
      scope: 'openid offline_access https://graph.microsoft.com/User.Read',
    })
    const { body } = await postToken(emulator, {
      grant_type: 'refresh_token',
      client_id: webApp,
      client_secret: webAppSecret,
      refresh_token: token,
    })
    expect(claimsOf(body['access_token'])).toMatchObject({ aud: 'https://graph.microsoft.com' })
    expect(body['id_token']).toBeDefined()
  })

  it.each([
    [undefined, 'openid'],
    ['offline_access https://graph.microsoft.com/.default', 'User.Read'],
  ])('makes refresh tokens with the consent of a sign-in: %s', async (scope, granted) => {
    emulator.grants.clear()
    const token = await emulator.mintToken({
      kind: 'refresh',
      client: webApp,
      user: ada,
      ...(scope !== undefined && { scope }),
    })
    const { status, body } = await postToken(emulator, {
      grant_type: 'refresh_token',
      client_id: webApp,
      client_secret: webAppSecret,
      refresh_token: token,
    })
    expect(status).toBe(200)
    expect(body['scope']).toContain(granted)
  })

  it('makes what an API must refuse: another family’s key, another tenant, no role, another version', async () => {
    const ours = { resource: tasksApi, user: ada }
    const personal = await emulator.mintToken({ ...ours, key: { family: 'personal' } })
    expect(headerOf(personal).kid).toBe(emulator.keys.current('personal').kid)
    expect(claimsOf(personal).tid).toBe(contoso)
    const roleless = await emulator.mintToken({ resource: tasksApi, client: daemon, roles: [] })
    expect(claimsOf(roleless)).not.toHaveProperty('roles')
    const otherVersion = await emulator.mintToken({ ...ours, version: 1 })
    expect(claimsOf(otherVersion)).toMatchObject({ ver: '1.0', aud: `api://${tasksApi}` })
    const otherTenant = 'b24f6c1e-93d7-4f0a-9a55-6e1c7d20f8e4'
    const stranger = await emulator.mintToken({ ...ours, tenant: otherTenant })
    expect(claimsOf(stranger).tid).toBe(otherTenant)
  })
})
