import type { IncomingMessage, ServerResponse } from 'node:http'
import {
  createIdentity,
  type EntraOptions,
  type ErrorStep,
  type Identity,
  type Reply,
  type RequestView,
  type Step,
} from 'entrada/adapter'
import {
  addHeaders,
  formOf,
  headerOf,
  nodeHost,
  rawValuesOf,
  upgradeViewOf,
} from 'entrada/adapter/node'

/** Resolves with whether it has answered; rejects with a refusal or a fault. */
export type NodeHandler = (request: IncomingMessage, response: ServerResponse) => Promise<boolean>

/** The same for an error that a handler threw. */
export type NodeErrorHandler = (
  error: unknown,
  request: IncomingMessage,
  response: ServerResponse,
) => Promise<boolean>

/** Microsoft Entra ID for a server of `node:http`, without a framework. */
export type NodeIdentity = Identity<IncomingMessage, NodeHandler, NodeErrorHandler, IncomingMessage>

export function entra(options: EntraOptions = {}): NodeIdentity {
  return createIdentity(options, {
    host: nodeHost,
    viewOf,
    viewOfUpgrade: (request: IncomingMessage) => upgradeViewOf(request, undefined),
    mount,
    mountPlugin: mount,
    mountErrors,
  })
}

function mount(step: Step): NodeHandler {
  return async function entrada(request, response) {
    return sent(response, await step(viewOf(request, response)))
  }
}

function mountErrors(step: ErrorStep): NodeErrorHandler {
  return async function entradaErrors(error, request, response) {
    if (response.headersSent) return false
    return sent(response, await step(viewOf(request, response), error))
  }
}

function viewOf(request: IncomingMessage & { body?: unknown }, response?: ServerResponse) {
  return {
    key: request,
    method: request.method ?? 'GET',
    url: request.url ?? '/',
    get authorization() {
      return rawValuesOf(request, 'authorization')
    },
    header: (name) => headerOf(request, name),
    form: () => formOf(request, request.body),
    addHeaders: (headers) => addHeaders(response, headers),
    session: undefined,
  } satisfies RequestView
}

function sent(response: ServerResponse, reply: Reply | undefined): boolean {
  if (reply === undefined) return false
  // A time limit, for one, may have answered meanwhile.
  if (response.headersSent) return true
  for (const name of reply.without ?? []) response.removeHeader(name)
  addHeaders(response, reply.headers)
  response.writeHead(reply.status).end(reply.body)
  return true
}
