import type { IncomingMessage, ServerResponse } from 'node:http'
import { entra, type NodeHandler } from '../adapters/node-http.js'
import { handled, ownCookie, type Framework } from '../framework.js'

const build: Framework['build'] = (options, shape) => {
  const identity = entra(options)
  const { prefix = '', cors, ownHandler } = shape
  const plugins = shape.plugins?.(identity) ?? []
  const routes = new Map(shape.routes(identity).map((route) => [prefix + route.path, route]))
  const answerErrors = shape.answeredBy === 'errors()' ? identity.errors() : undefined

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    for (const [name, value] of Object.entries(cors ?? {})) response.setHeader(name, value)
    if (cors !== undefined && request.method === 'OPTIONS') {
      response.writeHead(204).end()
      return
    }
    if (shape.bodyParser === 'forms') await readForm(request)
    const route = routes.get(new URL(request.url ?? '/', 'http://localhost').pathname)
    if (await isAnswered([...plugins, ...(route?.guards ?? [])], request, response)) return
    if (route === undefined) response.writeHead(404).end()
    else sendJson(response, 200, await route.answer(request))
  }

  async function listener(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      await answer(request, response)
    } catch (error) {
      if ((await answerErrors?.(error, request, response)) === true) return
      ownHandler?.(error)
      if (ownHandler !== undefined) sendJson(response, 500, handled(error))
      else sendError(response, Object(error) as Partial<HttpError>) // read with care
    }
  }

  return { ...identity, listener: (request, response) => void listener(request, response) }
}

async function isAnswered(
  handlers: readonly NodeHandler[],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  for (const handler of handlers) if (await handler(request, response)) return true
  return false
}

/** Every error of the library carries its answer, for servers that have no errors() in them. */
interface HttpError {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly message: string
  readonly expose: boolean
}

function sendError(response: ServerResponse, error: Partial<HttpError>): void {
  const { status = 500, headers = {}, expose = false, message = '' } = error
  response.writeHead(status, headers).end(expose ? message : '')
}

function sendJson(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
}

async function readForm(request: IncomingMessage): Promise<void> {
  if (request.headers['content-type'] !== 'application/x-www-form-urlencoded') return
  let text = ''
  for await (const chunk of request as AsyncIterable<Buffer>) text += chunk.toString()
  Object.assign(request, { body: Object.fromEntries(new URLSearchParams(text)) })
}

/** No framework, and an adapter of a test's own that knows of the library what is public. */
export const nodeHttp: Framework = { name: 'node:http', sessions: [ownCookie], build }
