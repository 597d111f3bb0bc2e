import { entra } from 'entrada/koa'
import { EntraError } from 'entrada'

const identity = entra()
const guard = identity.requireAppRoles('Tasks.Read.All')
export const handles = (error: unknown): boolean =>
  error instanceof EntraError && guard.length === 2
