import { badRequest, type GraphError } from './graph-error.js'
import type { GraphToken } from './graph-token.js'

/** Any one of the names is enough; Microsoft lists them from least to most privileged. */
export interface Permissions {
  delegated: readonly string[]
  application?: readonly string[]
}

export function holds(token: GraphToken, { delegated, application = [] }: Permissions): boolean {
  return token.kind === 'app'
    ? application.some((role) => token.roles.includes(role))
    : delegated.some((scope) => token.scp.includes(scope))
}

export function requirePermission(
  token: GraphToken,
  permissions: Permissions,
  refusal: () => GraphError,
): void {
  if (!holds(token, permissions)) throw refusal()
}

/** `/me` means the signed-in user, whom an app-only token does not have. */
export function requireUser(token: GraphToken): void {
  if (token.kind === 'app') {
    throw badRequest('/me request is only valid with delegated authentication flow.')
  }
}
