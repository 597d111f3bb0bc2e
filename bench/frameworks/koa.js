import Koa from 'koa'
import { entra } from '../../dist/adapters/koa/index.js'

export default {
  name: 'Koa 3',
  packages: ['koa'],
  route(...guards) {
    const app = new Koa()
    for (const guard of guards) app.use(guard)
    app.use((context) => {
      context.body = { tasks: [] }
    })
    return app.callback()
  },
  guarded(options, scope) {
    return this.route(entra(options).requireScopes(scope))
  },
}
