import type { Directory } from '../directory.js'
import type { GraphToken } from './graph-token.js'

/** One authenticated request, as the operations see it. */
export interface GraphCall {
  directory: Directory
  token: GraphToken
  /** The values of the path's `{…}` segments, in order, decoded. */
  parameters: readonly string[]
  query: URLSearchParams
  /** Scheme and host under which this Graph is addressed. */
  origin: string
  /** `origin` and the version, for `@odata.context` and links. */
  root: string
  /** The path as called, without the query. */
  path: string
  /** Ends the sessions of the user with this object id. */
  revokeSessions(objectId: string): void
  /** The request's body, read as JSON when an operation wants it. */
  readJson(): Promise<unknown>
}

/** What was done is told by its status alone: 202 or 204. */
export interface Done {
  readonly done: 202 | 204
}

/** Answers with the body of a 200, or what was done without one, or throws a GraphError. */
export type Operation = (call: GraphCall) => object | Done | Promise<object | Done>
