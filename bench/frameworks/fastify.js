import Fastify from 'fastify'
import { entra } from '../../dist/adapters/fastify/index.js'

export default {
  name: 'Fastify 5',
  packages: ['fastify'],
  async route(...guards) {
    const app = Fastify()
    app.get('/tasks', { onRequest: guards }, async () => ({ tasks: [] }))
    await app.ready()
    return app.routing
  },
  guarded(options, scope) {
    return this.route(entra(options).requireScopes(scope))
  },
}
