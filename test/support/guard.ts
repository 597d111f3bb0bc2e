import { authorityOf } from '../../src/protocol/authority.js'
import type { TenantPolicy } from '../../src/protocol/tenant-policy.js'
import { AccessRefusal } from '../../src/protocol/access-errors.js'
import { PlatformUnavailableError } from '../../src/protocol/platform-unavailable-error.js'
import { createJwtVerifier, type JwtVerifier } from '../../src/platform/verified-jwt.js'
import type { PlatformEvent } from '../../src/platform/platform-event.js'
import { createTokenValidator, type TokenValidator } from '../../src/validation/access-token.js'
import {
  signedBy,
  startKeyServer,
  signingKey,
  type KeyServer,
  type SigningKey,
} from './key-server.js'

export const ids = {
  contoso: '7d1c9a10-5a6e-4a1d-8f6c-0b2f5e9d3a77',
  fabrikam: 'b24f6c1e-93d7-4f0a-9a55-6e1c7d20f8e4',
  personal: '9188040d-6c67-4c5b-b112-36a304b66dad',
  api: '1c8b5a3e-0f4d-4c2b-8e19-7a6d9b3f2c10',
  web: '5e7f2d91-6b3a-4e88-a1c4-9d0b8f7e6a52',
  daemon: '8a2e4c6f-1b3d-4f59-b7a0-c5d3e1f90264',
  ada: '3f0b6a52-7c1e-4d0b-9b7a-2a6d5b8e1c11',
  service: 'e4a1b7c3-58d2-4690-9f0e-3b6c8d2a7f15',
}

export type Payload = Record<string, unknown>

/** A guarded API beside a platform of its own, with a clock that tests set. */
export interface GuardedApi {
  server: KeyServer
  key: SigningKey
  verifier: JwtVerifier
  validator: TokenValidator
  events: PlatformEvent[]
  clock: { now: number }
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
}

export async function guardedApi(options: GuardOptions = {}): Promise<GuardedApi> {
  const keys = options.keys ?? [signingKey()]
  return guardOver(await startKeyServer(keys), keys, { now: 1_790_000_300_000 }, options)
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
  const verifier = createJwtVerifier({
    authority: authorityOf(options.tenant ?? ids.contoso, server.origin),
    clock: () => clock.now,
    fetch: options.fetch ?? fetch,
    clockToleranceSeconds: 300,
    onEvent: (event) => events.push(event),
    deadline: options.deadline,
    signingKeysOf: options.signingKeysOf,
  })
  const validator = createTokenValidator({
    verifier,
    clientId: ids.api,
    audiences: options.audiences ?? [],
    tenants: options.tenants,
    aclClients: options.aclClients ?? [],
    clock: () => clock.now,
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
  return {
    server,
    key,
    verifier,
    validator,
    events,
    clock,
    user: (changes = {}) => ({
      ...v2(),
      azp: ids.web,
      azpacr: '1',
      name: 'Ada Example',
      oid: ids.ada,
      preferred_username: 'ada@contoso.example',
      scp: 'access_as_user Tasks.Read',
      sub: 'kq3Vb0v0mJd5Y1ePairwiseForTheApi0aBcDeFgHiJ',
      ...changes,
    }),
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
    verdict: (token) => verdictOf(() => validator.verify(token)),
    restarted: () => guardOver(server, keys, clock, options),
    stop: () => server.stop(),
  }
}

/** `200`, or the status with the reason of the refusal, such as `401 expired`. */
export async function verdictOf(work: () => unknown): Promise<string> {
  try {
    await work()
    return '200'
  } catch (error) {
    if (error instanceof AccessRefusal) return `${String(error.status)} ${error.reason}`
    if (error instanceof PlatformUnavailableError) return `503 ${error.endpoint} ${error.failure}`
    throw error
  }
}
