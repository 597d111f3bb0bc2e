import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import express from 'express'
import type { Emulator } from 'entrada/emulator'
import { entra, type ExpressIdentity } from 'entrada/express'
import { adaId } from '../support/identity-app.js'
import { serve, type LoopbackServer } from '../support/loopback-server.js'
import { createUserAgent, signIn } from '../support/user-agent.js'
import { ada } from './arrival.js'
import { contosoId, secret, startConsentedEmulator, webAppId } from './web-app.js'

/** What a module cannot be loaded without; `import type` leaves nothing behind. */
function importsOf(file: string): string[] {
  const text = readFileSync(file, 'utf8')
  const statements = text.matchAll(/^(?:import|export)(?! type)(?:[^'"]*?\sfrom)?\s*'([^']+)'/gm)
  return [...statements].map(([, from = '']) => from)
}

/** Every package that is loaded with a module, through whatever other modules. */
function packagesBehind(entry: string, seen = new Set<string>()): Set<string> {
  const packages = new Set<string>()
  if (seen.has(entry)) return packages
  seen.add(entry)
  for (const name of importsOf(entry)) {
    if (!name.startsWith('.')) packages.add(name)
    else {
      const file = join(dirname(entry), name.replace(/\.js$/, '.ts'))
      for (const found of packagesBehind(file, seen)) packages.add(found)
    }
  }
  return packages
}

describe('R45 the package', () => {
  it('depends on jose and openid-client and on nothing else', () => {
    const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as {
      dependencies: Record<string, string>
      peerDependencies: Record<string, string>
      peerDependenciesMeta: Record<string, { optional: boolean }>
    }
    expect(Object.keys(manifest.dependencies).sort()).toEqual(['jose', 'openid-client'])
    for (const peer of Object.keys(manifest.peerDependencies)) {
      expect([peer, manifest.peerDependenciesMeta[peer]]).toEqual([peer, { optional: true }])
    }
  })

  it.each(['src/index.ts', 'src/adapters/express/index.ts', 'src/adapters/koa/index.ts'])(
    'loads %s with those two alone',
    (entry) => {
      const foreign = [...packagesBehind(entry)].filter((name) => !name.startsWith('node:'))
      expect(foreign.filter((name) => !['jose', 'openid-client'].includes(name))).toEqual([])
    },
  )

  it('finds what there is to find', () => {
    expect([...packagesBehind('src/adapters/express/index.ts')]).toEqual(
      expect.arrayContaining(['jose', 'openid-client', 'node:fs']),
    )
  })
})

describe('R45 with a framework and no other package', () => {
  let emulator: Emulator
  let server: LoopbackServer
  let identity: ExpressIdentity

  beforeAll(async () => {
    emulator = await startConsentedEmulator()
    const app = express()
    server = await serve(app)
    identity = entra({
      tenant: contosoId,
      clientId: webAppId,
      credential: { secret: 'web-app-secret-for-the-emulator-only' },
      authorityHost: emulator.origin,
      graphEndpoint: emulator.graphOrigin,
      baseUrl: server.origin,
      secret,
    })
    app.get('/api', identity.requireScopes('Files.Read'), (_request, response) => {
      response.json('in')
    })
    app.use(identity.signIn({ scopes: ['User.Read'], session: 'cookie' }))
    app.get('/', identity.requireSignIn(), async (request, response) => {
      response.json(await identity.forUser(request).graph.get('/me?$select=displayName'))
    })
    app.use(identity.errors())
  })
  afterAll(async () => {
    await server.stop()
    await emulator.stop()
  })

  it('cookies are kept, and a token is fetched once for all calls', async () => {
    const agent = createUserAgent()
    const page = await signIn(agent, `${server.origin}/`, ada)
    expect(JSON.parse(page.html)).toMatchObject({ displayName: 'Ada Example' })
    await agent.get(`${server.origin}/`)
    await agent.get(`${server.origin}/`)
    const of = (endpoint: string) => emulator.requests.filter((one) => one.endpoint === endpoint)
    expect([of('graph').length, of('token').length]).toEqual([3, 1])
  })

  it('tokens are validated', async () => {
    const answer = (authorization: string) =>
      fetch(`${server.origin}/api`, { headers: { authorization } }).then(({ status }) => status)
    expect(await answer('Bearer e30.e30.e30')).toBe(401)
    const mint = (claims: Record<string, unknown> = {}) =>
      emulator.mintToken({ resource: webAppId, user: adaId, scopes: ['Files.Read'], claims })
    expect(await answer(`Bearer ${await mint()}`)).toBe(200)
    expect(await answer(`Bearer ${await mint({ aud: 'api://somebody-else' })}`)).toBe(401)
  })

  it('connections are secure: plain http neither constructs nor gets a token', async () => {
    const options = { tenant: contosoId, clientId: webAppId }
    for (const insecure of [
      { authorityHost: 'http://login.contoso.example' },
      { graphEndpoint: 'http://graph.contoso.example' },
      { baseUrl: 'http://app.contoso.example' },
      { apis: { tasks: { baseUrl: 'http://api.contoso.example', scopes: 'api://a/.default' } } },
    ]) {
      expect(() => entra({ ...options, ...insecure })).toThrow(/https/)
    }
    const { fetch: send } = identity.forApp()
    await expect(send('http://graph.microsoft.com/v1.0/users')).rejects.toThrow(/not https/)
  })
})
