import { GraphError } from './graph-error.js'
import { requireUser } from './permissions.js'
import type { GraphCall } from './graph-call.js'

/** GET /me/photo/$value, where userinfo's `picture` points. Nobody here has a picture. */
export function readMyPhoto({ token }: GraphCall): never {
  requireUser(token)
  throw new GraphError(404, 'ImageNotFound', 'The user has no photo.')
}
