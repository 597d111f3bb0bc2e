import { getRequestListener } from '@hono/node-server'
import { entra, type FetchStep } from 'entrada/fetch'
import { handled, ownCookie, type Framework } from '../framework.js'

type Answer = (request: Request) => Promise<Response>

/** What somebody writes who has no framework: a table of paths, and one function for the server. */
const build: Framework['build'] = (options, shape) => {
  const identity = entra(options)
  const { prefix = '' } = shape
  const plugins = [...(shape.plugins?.<Request, FetchStep, FetchStep>(identity) ?? [])]
  const routes = new Map<string, Answer>()
  for (const { path, guards, answer } of shape.routes<Request, FetchStep, FetchStep>(identity)) {
    const handle = async (request: Request) => Response.json(await answer(request))
    routes.set(prefix + path, identity.handler([...plugins, ...guards], handle))
  }
  const notFound = identity.handler(plugins, () => new Response('Not Found', { status: 404 }))

  let app: Answer = (request) => (routes.get(new URL(request.url).pathname) ?? notFound)(request)
  if (shape.bodyParser === 'forms') app = readingForms(app)
  if (shape.cors !== undefined) app = withCors(shape.cors, app)
  const listener = getRequestListener(app, {
    overrideGlobalObjects: false,
    errorHandler: (error) => {
      if (shape.ownHandler === undefined) return answerTo(error)
      shape.ownHandler(error)
      return Response.json(handled(error), { status: 500 })
    },
  })
  return { ...identity, listener: (request, response) => void listener(request, response) }
}

/** What docs/fetch.md has servers do with what rejects. */
function answerTo(error: unknown): Response {
  const { getResponse } = Object(error) as { getResponse?: () => Response }
  return getResponse?.() ?? new Response('Internal Server Error', { status: 500 })
}

const readingForms =
  (app: Answer): Answer =>
  async (request) => {
    await request.clone().text()
    return app(request)
  }

const withCors =
  (headers: Readonly<Record<string, string>>, app: Answer): Answer =>
  async (request) => {
    if (request.method === 'OPTIONS') return new Response(null, { status: 204, headers })
    const answer = await app(request)
    const all = new Headers(headers)
    answer.headers.forEach((value, name) => {
      all.append(name, value)
    })
    return new Response(answer.body, { status: answer.status, headers: all })
  }

export const fetchApp: Framework = {
  name: 'Request → Response',
  sessions: [ownCookie],
  answersItself: true,
  build,
}
