import { graphAppId } from './directory.js'
import type { GraphToken } from './graph/graph-token.js'
import type { Platform } from './platform/platform.js'
import { isOpenidScope } from './scopes/parse-scope.js'
import { pairwiseSubject } from './tokens/identifiers.js'
import { verifyToken } from './tokens/verify-token.js'

/** What Microsoft Graph does with a token: its own audience, its own nonce, this platform's keys. */
export async function verifyGraphToken(platform: Platform, token: string): Promise<GraphToken> {
  const claims = await verifyToken(platform, platform.opaqueTokens.get(token) ?? token)
  const { aud, tid, oid, appid, scp, roles } = claims
  if (!audiences(platform).includes(String(aud))) {
    throw new Error('Access token validation failure. Invalid audience.')
  }
  const scopes = typeof scp === 'string' ? scp.split(' ') : []
  return {
    kind: kindOf(scp, scopes),
    tid: String(tid),
    oid: String(oid),
    scp: scopes,
    roles: Array.isArray(roles) ? roles.map(String) : [],
    appid: String(appid),
    sub: subjectAtClient(platform, String(appid), String(oid)) ?? String(claims.sub),
    claims,
  }
}

function audiences({ cloud }: Platform): string[] {
  return [graphAppId, cloud.graphResource, `${cloud.graphResource}/`]
}

function kindOf(scp: unknown, scopes: string[]): GraphToken['kind'] {
  if (scp === undefined) return 'app'
  return scopes.every(isOpenidScope) ? 'userinfo' : 'delegated'
}

/** UserInfo answers with the `sub` of the client's ID token, not with Graph's own. */
function subjectAtClient({ registry }: Platform, appId: string, oid: string): string | undefined {
  const account = registry.user(oid)
  return account && pairwiseSubject(appId, account)
}
