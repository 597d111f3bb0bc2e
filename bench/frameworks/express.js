import express from 'express'
import { entra } from '../../dist/adapters/express/index.js'

export default {
  name: 'Express 5',
  packages: ['express'],
  /** A route with what stands before its handler: nothing, or a peer's guard. */
  route(...guards) {
    const app = express()
    app.get('/tasks', ...guards, (request, response) => response.json({ tasks: [] }))
    return app
  },
  /** The same route behind entrada. */
  guarded(options, scope) {
    return this.route(entra(options).requireScopes(scope))
  },
}
