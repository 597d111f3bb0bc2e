import { insufficientPrivileges } from './graph-error.js'
import type { GraphCall } from './graph-call.js'
import { requirePermission } from './permissions.js'
import { userOf } from './users.js'

/** GET or POST /oidc/userinfo. https://learn.microsoft.com/entra/identity-platform/userinfo */
export function readUserinfo(call: GraphCall): object {
  const { token, origin } = call
  requirePermission(token, { delegated: ['openid'] }, insufficientPrivileges)
  const user = userOf(call, token.oid)
  return {
    sub: token.sub,
    ...(token.scp.includes('profile') && {
      name: user.displayName,
      ...(user.surname !== undefined && { family_name: user.surname }),
      ...(user.givenName !== undefined && { given_name: user.givenName }),
      picture: `${origin}/v1.0/me/photo/$value`,
    }),
    ...(token.scp.includes('email') && user.mail !== undefined && { email: user.mail }),
  }
}
