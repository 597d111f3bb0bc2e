import { getRequestListener } from '@hono/node-server'
import { Hono } from 'hono'
import { entra } from '../../dist/adapters/hono/index.js'

export default {
  name: 'Hono 4',
  packages: ['hono', '@hono/node-server'],
  route(...guards) {
    const app = new Hono()
    app.get('/tasks', ...guards, (context) => context.json({ tasks: [] }))
    return getRequestListener(app.fetch)
  },
  guarded(options, scope) {
    return this.route(entra(options).requireScopes(scope))
  },
}
