import type { IncomingMessage, ServerResponse } from 'node:http'
import { graphAppId, type Directory } from '../directory.js'
import { GraphError, invalidToken } from './graph-error.js'
import type { GraphToken } from './graph-token.js'
import { readJsonBody } from './request-body.js'
import { idsOf, sendError, sendResult } from './reply.js'
import { matchRoute } from './routes.js'

export type { GraphToken } from './graph-token.js'

export interface GraphModel {
  directory: Directory
  /**
   * Resolves to what the token says; throws a GraphError, or an Error whose message the caller will
   * read.
   */
  verify(token: string): Promise<GraphToken>
  /** The time in milliseconds. */
  now(): number
  /** Ends the sessions of the user with this object id. */
  revokeSessions(objectId: string): void
  /** The host of its own links, such as `graph.microsoft.us`. Default: the host of the request. */
  graphHost?: string | undefined
  /** The `authorization_uri` of its challenges. Default: the one real Graph sends. */
  authorizationUri?: string | undefined
}

/**
 * The part of Microsoft Graph that web applications start with: profile, mail, users, group
 * memberships and OpenID userinfo, under `/v1.0` and `/beta`.
 */
export function createGraph(
  model: GraphModel,
): (request: IncomingMessage, response: ServerResponse) => void {
  return function graph(request, response) {
    const ids = idsOf(request)
    answer(model, request).then(
      (body) => sendResult(response, ids, body),
      (error: unknown) => sendError(response, ids, { error, now: model.now() }),
    )
  }
}

async function answer(model: GraphModel, request: IncomingMessage): Promise<object> {
  const token = await authenticate(model, request)
  const [path = '/', search] = (request.url ?? '/').split('?', 2)
  const { operation, parameters, version } = matchRoute(request.method ?? 'GET', path)
  const origin = originOf(model, request)
  return operation({
    directory: model.directory,
    token,
    parameters,
    query: new URLSearchParams(search),
    origin,
    root: `${origin}/${version}`,
    path,
    revokeSessions: (objectId) => {
      model.revokeSessions(objectId)
    },
    readJson: () => readJsonBody(request),
  })
}

async function authenticate(model: GraphModel, request: IncomingMessage): Promise<GraphToken> {
  const { authorizationUri = 'https://login.microsoftonline.com/common/oauth2/authorize' } = model
  const challenge = `Bearer realm="", authorization_uri="${authorizationUri}", client_id="${graphAppId}"`
  const [, token] = /^Bearer +(\S+) *$/i.exec(request.headers.authorization ?? '') ?? []
  if (token === undefined) throw invalidToken('Access token is empty.', challenge)
  try {
    return await model.verify(token)
  } catch (error) {
    if (error instanceof GraphError) throw error
    throw invalidToken(error instanceof Error ? error.message : String(error), challenge)
  }
}

function originOf({ graphHost }: GraphModel, request: IncomingMessage): string {
  return graphHost === undefined
    ? `http://${request.headers.host ?? 'localhost'}`
    : `https://${graphHost}`
}
