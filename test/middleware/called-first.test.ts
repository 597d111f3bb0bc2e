import { describe, expect, it } from '@jest/globals'
import express from 'express'
import { Hono, type MiddlewareHandler } from 'hono'
import Koa from 'koa'
import { entra } from 'entrada/express'
import { entra as entraForHono } from 'entrada/hono'
import { entra as entraForKoa } from 'entrada/koa'
import { serve } from '../support/loopback-server.js'
import { ids } from '../support/ids.js'

const options = { tenant: ids.contoso, clientId: ids.api }
const names = ['signIn', 'requireSignIn', 'requireToken', 'requireScopes', 'errors'] as const
const said = (name: string) => `identity.${name} was mounted without being called`

describe('middleware that is mounted without its parentheses', () => {
  it.each(names)('says so on Express: %s', async (name) => {
    const app = express()
    app.set('env', 'test') // Express prints unhandled errors in other environments
    app.use(Reflect.get(entra(options), name) as express.RequestHandler) // what JavaScript lets pass
    app.use(((error: Error, _request, response, _next) => {
      response.status(500).send(error.message)
    }) satisfies express.ErrorRequestHandler)
    const server = await serve(app)
    const answer = await fetch(server.origin)
    expect([answer.status, await answer.text()]).toEqual([500, expect.stringContaining(said(name))])
    await server.stop()
  })

  it.each(names)('says so on Koa: %s', async (name) => {
    const app = new Koa()
    const told: string[] = []
    app.on('error', (error: Error) => told.push(error.message))
    app.use(Reflect.get(entraForKoa(options), name) as Koa.Middleware)
    const handle = app.callback()
    const server = await serve((request, response) => void handle(request, response))
    expect((await fetch(server.origin)).status).toBe(500)
    expect(told).toEqual([expect.stringContaining(said(name))])
    await server.stop()
  })

  it('says so on Hono', async () => {
    const app = new Hono()
    app.onError((error, context) => context.text(error.message, 500))
    app.use(Reflect.get(entraForHono(options), 'requireSignIn') as unknown as MiddlewareHandler)
    expect(await (await app.request('/')).text()).toContain(said('requireSignIn'))
  })
})
