import assert from 'node:assert/strict'
import * as core from 'entrada'
import { entra as expressEntra } from 'entrada/express'
import { entra as fetchEntra } from 'entrada/fetch'
import { entra as honoEntra } from 'entrada/hono'
import { entra as koaEntra } from 'entrada/koa'
import { entra as fastifyEntra } from 'entrada/fastify'
import { createIdentity } from 'entrada/adapter'
import { nodeHost } from 'entrada/adapter/node'
import { startEmulator } from 'entrada/emulator'
import { redisTokenStore } from 'entrada/redis'

const options = {
  tenant: '7d1c9a10-5a6e-4a1d-8f6c-0b2f5e9d3a77',
  clientId: '1c8b5a3e-0f4d-4c2b-8e19-7a6d9b3f2c10',
}
assert.equal(typeof expressEntra(options).requireScopes('Tasks.Read'), 'function')
assert.equal(typeof koaEntra(options).requireScopes('Tasks.Read'), 'function')
assert.equal(typeof fastifyEntra(options).requireScopes('Tasks.Read'), 'function')
assert.equal(typeof createIdentity, 'function')
assert.equal(typeof nodeHost.warn, 'function')
assert.equal(typeof honoEntra(options).requireScopes('Tasks.Read'), 'function')
const refusal = await fetchEntra(options).requireScopes('Tasks.Read')(
  new Request('http://localhost/'),
)
assert.equal(refusal?.status, 401)
assert.equal(typeof redisTokenStore, 'function')
assert.equal(typeof core.ConfigurationError, 'function')
await assert.rejects(startEmulator(), /npm install --save-dev oidc-provider/)
console.log('import works')
