import { verify, type KeyObject } from 'node:crypto'

/** A key as the oracle knows it: from the generator, not from the key document. */
export interface OracleKey {
  kid: string
  publicKey: KeyObject
  issuer: string | undefined
  cloud: string | undefined
}

export interface OracleWorld {
  origin: string
  cloud: string
  now: number
  tolerance: number
  clientId: string
  audiences: Record<'1.0' | '2.0', string[]>
  tenants: string[]
  personalTenant: string
  aclClients: string[]
  keys: Record<'1.0' | '2.0', OracleKey[]>
}

export interface OracleCaller {
  kind: 'user' | 'app'
  tenantId: string
  objectId: string
  clientId: string
  scopes: string[]
  roles: string[]
}

type Members = Record<string, unknown>

/**
 * A second reading of the platform's documents and of RFC 7515, on node:crypto alone: who a token
 * speaks for, or undefined when it must be refused. Written for clarity, not for speed.
 */
export function oracleOf(world: OracleWorld, token: string): OracleCaller | undefined {
  const parts = token.split('.')
  if (token.length > 65_536 || parts.length !== 3) return undefined
  const bytes = parts.map((part) => Buffer.from(part, 'base64url'))
  if (bytes.some((each, index) => each.length === 0 || each.toString('base64url') !== parts[index]))
    return undefined
  const [headerBytes, claimBytes, signature] = bytes
  if (headerBytes === undefined || claimBytes === undefined || signature === undefined)
    return undefined
  const header = objectIn(headerBytes)
  const claims = objectIn(claimBytes)
  if (header === undefined || claims === undefined || depthOf(claims) > 32) return undefined
  if (!isGoodHeader(header)) return undefined
  const version = versionOf(claims)
  if (version === undefined || !timesHold(world, claims)) return undefined
  const tenant = tenantOf(world, claims, version)
  if (tenant === undefined || !isForUs(world, claims, version)) return undefined
  const signed = Buffer.from(`${String(parts[0])}.${String(parts[1])}`)
  const isSigned = world.keys[version]
    .filter(
      (key) => key.kid === header['kid'] && isEntitled(world, key, tenant, String(claims['iss'])),
    )
    .some((key) => verify('sha256', signed, key.publicKey, signature))
  return isSigned ? callerIn(world, claims, version, tenant) : undefined
}

function objectIn(bytes: Buffer): Members | undefined {
  const text = bytes.toString('utf8')
  if (!Buffer.from(text, 'utf8').equals(bytes)) return undefined
  try {
    const value: unknown = JSON.parse(text)
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    return isObject ? (value as Members) : undefined
  } catch {
    return undefined
  }
}

/** How many objects and arrays stand inside each other. */
function depthOf(value: unknown): number {
  let level: unknown[] = [value]
  for (let depth = 0; ; depth += 1) {
    const containers = level.filter(
      (each): each is object => typeof each === 'object' && each !== null,
    )
    if (containers.length === 0) return depth
    // A member named __proto__ is dropped with all that it holds.
    level = containers.flatMap((each) =>
      Object.entries(each)
        .filter(([name]) => name !== '__proto__')
        .map(([, member]) => member as unknown),
    )
  }
}

function isGoodHeader(header: Members): boolean {
  const { alg, kid, typ } = Object.assign(
    Object.create(null) as Members,
    Object.fromEntries(Object.entries(header).filter(([name]) => name !== '__proto__')),
  )
  if (alg !== 'RS256' || typeof kid !== 'string' || kid.length < 1 || kid.length > 256) return false
  if (['crit', 'b64', 'cty', 'zip', 'enc'].some((name) => Object.keys(header).includes(name)))
    return false
  if (typ === undefined) return true
  return (
    typeof typ === 'string' &&
    ['jwt', 'at+jwt', 'application/jwt', 'application/at+jwt'].includes(typ.toLowerCase())
  )
}

function versionOf({ ver, iss }: Members): '1.0' | '2.0' | undefined {
  if (typeof iss !== 'string') return undefined
  if (ver === '1.0' || ver === '2.0') return ver
  if (ver !== undefined) return undefined
  return iss.endsWith('/v2.0') || iss.endsWith('/v2.0/') ? '2.0' : '1.0'
}

function timesHold({ now, tolerance }: OracleWorld, { exp, nbf, iat }: Members): boolean {
  const isTime = (value: unknown): value is number =>
    typeof value === 'number' && value > -Infinity && value < Infinity
  if (!isTime(exp) || exp + tolerance <= now) return false
  if (iat !== undefined && !isTime(iat)) return false
  return nbf === undefined || (isTime(nbf) && nbf - tolerance <= now)
}

function tenantOf(world: OracleWorld, claims: Members, version: '1.0' | '2.0'): string | undefined {
  const named = Object.keys(claims).filter((name) => name.toLowerCase() === 'tid')
  const { tid, iss } = claims
  if (named.length !== 1 || typeof tid !== 'string') return undefined
  const hex = tid.replaceAll('-', '')
  const groups = tid.split('-').map((group) => group.length)
  if (
    groups.join() !== '8,4,4,4,12' ||
    !Array.from(hex).every((digit) => '0123456789abcdefABCDEF'.includes(digit))
  )
    return undefined
  const expected = version === '2.0' ? `${world.origin}/${tid}/v2.0` : `${world.origin}/${tid}/`
  return iss === expected ? tid : undefined
}

function isForUs(world: OracleWorld, claims: Members, version: '1.0' | '2.0'): boolean {
  const foreign = ['nonce', 'at_hash', 'c_hash', 'events', 'cnf']
  if (Object.keys(claims).some((name) => foreign.includes(name))) return false
  return world.audiences[version].some((audience) => audience === claims['aud'])
}

function isEntitled(world: OracleWorld, key: OracleKey, tenant: string, issuer: string): boolean {
  if (key.cloud !== undefined && key.cloud !== world.cloud) return false
  if (key.issuer === undefined) return true
  if (tenant.toLowerCase() === world.personalTenant) return key.issuer === issuer
  return key.issuer.split('{tenantid}').join(tenant) === issuer
}

function callerIn(
  world: OracleWorld,
  claims: Members,
  version: '1.0' | '2.0',
  tenant: string,
): OracleCaller | undefined {
  const { scp, roles, idtyp, oid, sub } = claims
  const client = version === '2.0' ? claims['azp'] : (claims['appid'] ?? claims['azp'])
  if (![oid, sub, client].every((value) => typeof value === 'string' && value.length > 0))
    return undefined
  if (scp !== undefined && typeof scp !== 'string') return undefined
  if (!world.tenants.includes(tenant.toLowerCase())) return undefined
  const isUser = scp !== undefined && (idtyp === undefined || idtyp === 'user')
  const isApp = scp === undefined && (idtyp === 'app' || (idtyp === undefined && oid === sub))
  if (!isUser && !isApp) return undefined
  const carriesRoles = Array.isArray(roles)
    ? roles.length > 0
    : roles !== undefined && roles !== null && roles !== ''
  const isListed = isApp && world.aclClients.includes(String(client).toLowerCase())
  if (!(scp !== undefined && scp !== '') && !carriesRoles && !isListed) return undefined
  return {
    kind: isUser ? 'user' : 'app',
    tenantId: tenant.toLowerCase(),
    objectId: String(oid),
    clientId: String(client),
    scopes: scp === undefined ? [] : scp.split(/ +/).filter((scope) => scope.length > 0),
    roles: Array.isArray(roles) ? roles.filter((role) => typeof role === 'string') : [],
  }
}
