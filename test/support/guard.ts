import { authorityOf } from '../../src/protocol/authority.js'
import type { TenantPolicy } from '../../src/protocol/tenant-policy.js'
import { createJwtVerifier, type JwtVerifier } from '../../src/platform/verified-jwt.js'
import type { PlatformEvent } from '../../src/protocol/events.js'
import { createTokenValidator, type TokenValidator } from '../../src/validation/access-token.js'
import {
  keysInMemory,
  signedBy,
  startKeyServer,
  signingKey,
  type KeyServer,
  type SigningKey,
} from './key-server.js'
import { ids, type Payload } from './ids.js'
import { verdictOf } from './verdict.js'
import { verdictBesideTwins, vouchingVerifier, type Memory } from './warm-memory.js'

export { ids, verdictOf, type Payload }

/** A guarded API beside a platform of its own, with a clock that tests set. */
export interface GuardedApi {
  server: KeyServer
  key: SigningKey
  verifier: JwtVerifier
  validator: TokenValidator
  events: PlatformEvent[]
  clock: { now: number }
  /** How the platform is reached. */
  fetch: typeof fetch
  user(changes?: Payload): Payload
  app(changes?: Payload): Payload
  legacyUser(changes?: Payload): Payload
  /** A good token of these claims, by the platform's key. */
  token(payload: Payload, header?: Record<string, unknown>): string
  verdict(token: string): Promise<string>
  /** Another verifier and validator over the same platform, as after a restart. */
  restarted(): GuardedApi
  stop(): Promise<void>
}

export interface GuardOptions {
  tenant?: string
  tenants?: TenantPolicy
  audiences?: string[]
  aclClients?: string[]
  deadline?: number
  keys?: SigningKey[]
  fetch?: typeof fetch
  signingKeysOf?: string
  /** What is remembered when a verdict is asked for; what came before, when left out. */
  memory?: Memory
  /** What remembered tokens may take. */
  cacheBytes?: number
}

export async function guardedApi(options: GuardOptions = {}): Promise<GuardedApi> {
  const keys = options.keys ?? [usualKey()]
  return guardOver(await startKeyServer(keys), keys, { now: 1_790_000_300_000 }, options)
}

/** The same without HTTP, for suites that must run in a moment. */
export function guardedInMemory(options: GuardOptions = {}): GuardedApi {
  const keys = options.keys ?? [usualKey()]
  const { server, fetch } = keysInMemory(keys)
  return guardOver(server, keys, { now: 1_790_000_300_000 }, { fetch, ...options })
}

let usual: SigningKey | undefined

/** One for all platforms of a suite that name no keys: to make a key takes longer than most tests. */
function usualKey(): SigningKey {
  usual ??= signingKey()
  return usual
}

function guardOver(
  server: KeyServer,
  keys: SigningKey[],
  clock: { now: number },
  options: GuardOptions,
): GuardedApi {
  const [key] = keys
  if (key === undefined) throw new Error('A platform has at least one key.')
  const events: PlatformEvent[] = []
  const verifier = vouchingVerifier(
    createJwtVerifier({
      authority: authorityOf(options.tenant ?? ids.contoso, server.origin),
      clock: () => clock.now,
      fetch: options.fetch ?? fetch,
      clockToleranceSeconds: 300,
      onEvent: (event) => events.push(event),
      deadline: options.deadline,
      signingKeysOf: options.signingKeysOf,
    }),
  )
  const validator = createTokenValidator({
    verifier,
    clientId: ids.api,
    audiences: options.audiences ?? [],
    tenants: options.tenants,
    aclClients: options.aclClients ?? [],
    clock: () => clock.now,
    cacheBytes: options.memory === 'cold' ? 0 : (options.cacheBytes ?? 1024 * 1024),
  })
  const times = () => {
    const issued = Math.floor(clock.now / 1000) - 300
    return { iat: issued, nbf: issued, exp: issued + 4500 }
  }
  const v2 = () => ({
    aud: ids.api,
    iss: `${server.origin}/${ids.contoso}/v2.0`,
    ...times(),
    tid: ids.contoso,
    ver: '2.0',
    uti: 'm1xQ8r3k0EaT5bF2cZcAAA',
  })
  const user = (changes: Payload = {}) => ({
    ...v2(),
    azp: ids.web,
    azpacr: '1',
    name: 'Ada Example',
    oid: ids.ada,
    preferred_username: 'ada@contoso.example',
    scp: 'access_as_user Tasks.Read',
    sub: 'kq3Vb0v0mJd5Y1ePairwiseForTheApi0aBcDeFgHiJ',
    ...changes,
  })
  let good: string | undefined
  return {
    server,
    key,
    verifier,
    validator,
    events,
    clock,
    fetch: options.fetch ?? fetch,
    user,
    app: (changes = {}) => ({
      ...v2(),
      azp: ids.daemon,
      azpacr: '2',
      idtyp: 'app',
      oid: ids.service,
      sub: ids.service,
      roles: ['Tasks.Read.All'],
      ...changes,
    }),
    legacyUser: (changes = {}) => ({
      aud: `api://${ids.api}`,
      iss: `${server.origin}/${ids.contoso}/`,
      ...times(),
      appid: ids.web,
      appidacr: '1',
      name: 'Ada Example',
      oid: ids.ada,
      scp: 'access_as_user',
      sub: 'kq3Vb0v0mJd5Y1ePairwiseForTheApi0aBcDeFgHiJ',
      tid: ids.contoso,
      upn: 'ada@contoso.example',
      ver: '1.0',
      ...changes,
    }),
    token: (payload, header) => signedBy(key, payload, header),
    verdict: (token) =>
      options.memory === 'warm'
        ? verdictBesideTwins(token, (good ??= signedBy(key, user())), { verifier, validator })
        : verdictOf(() => validator.verify(token)),
    restarted: () => guardOver(server, keys, clock, options),
    stop: () => server.stop(),
  }
}
