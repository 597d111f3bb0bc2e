import fastify = require('fastify')
import { entra } from 'entrada/fastify'

const identity = entra()
export const app = fastify.fastify().register(identity.signIn())
app.addHook('onRequest', identity.requireAppRoles('Tasks.Read.All'))
