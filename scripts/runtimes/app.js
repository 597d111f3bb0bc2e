// A web app and an API for whatever runtime runs this: it serves on a free port of loopback and
// prints where. Options come as JSON, since not every runtime hands over its environment.
import { entra } from '../../dist/adapters/fetch/index.js'

const { webApp, api } = JSON.parse(argumentOf(globalThis))
let answer = () => new Response(null, { status: 503 })
const origin = await serve((request) => answer(request))
answer = appAt(origin)
console.log(JSON.stringify({ origin }))

function appAt(baseUrl) {
  const web = entra({ ...webApp, baseUrl })
  const signIn = web.signIn({ scopes: ['User.Read'], responseMode: 'form_post' })
  const tasks = entra(api)

  const routes = {
    '/profile': web.handler([signIn, web.requireSignIn()], async (request) => {
      const { displayName } = await web.forUser(request).graph.get('/me')
      return Response.json({ name: web.account(request).name, displayName })
    }),
    '/inbox': web.handler([signIn, web.requireToken('Mail.Read')], async (request) => {
      const { value } = await web.forUser(request).graph.get('/me/messages')
      return Response.json(value.map(({ subject }) => subject))
    }),
    '/api/tasks': tasks.handler(tasks.requireScopes('Tasks.Read'), (request) =>
      Response.json({ owner: tasks.caller(request).objectId }),
    ),
    '/api/me': tasks.handler(tasks.requireScopes('access_as_user'), async (request) =>
      Response.json(await tasks.onBehalfOf(request).graph.get('/me')),
    ),
  }
  const home = web.handler(signIn, (request) =>
    Response.json({ name: web.accountIfAny(request)?.name ?? null }),
  )
  return (request) => (routes[new URL(request.url).pathname] ?? home)(request)
}

function argumentOf({ Deno, process }) {
  return Deno === undefined ? process.argv[2] : Deno.args[0]
}

/** Each runtime's own server; no port is shared with anybody. */
async function serve(app) {
  const { Deno, Bun } = globalThis
  if (Bun !== undefined) {
    const { port } = Bun.serve({ port: 0, hostname: 'localhost', fetch: app })
    return `http://localhost:${port}`
  }
  const onListen = () => undefined
  const { addr } = Deno.serve({ port: 0, hostname: 'localhost', onListen }, app)
  return `http://localhost:${addr.port}`
}
