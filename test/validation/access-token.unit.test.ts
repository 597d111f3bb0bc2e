import { beforeAll, describe, expect, it } from '@jest/globals'
import { JwtInvalid } from '../../src/platform/jwt-invalid.js'
import type { JwtVerifier, VerifiedJwt } from '../../src/platform/verified-jwt.js'
import { AccessRefusal } from '../../src/protocol/access-errors.js'
import { assertionOf } from '../../src/protocol/caller.js'
import { authorityOf, type TokenVersion } from '../../src/protocol/authority.js'
import {
  createTokenValidator,
  type TokenValidatorSettings,
} from '../../src/validation/access-token.js'
import {
  guardedInMemory,
  ids,
  verdictOf,
  type GuardedApi,
  type GuardOptions,
  type Payload,
} from '../support/guard.js'
import { signingKey } from '../support/key-server.js'

// One key for all: making one takes longer than everything else here.
const keys = [signingKey()]
const guarded = (options: GuardOptions = {}) => guardedInMemory({ keys, ...options })
let api: GuardedApi
beforeAll(() => {
  api = guarded()
})
const uri = `api://${ids.api}`

async function refusalOf(payload: Payload, by: GuardedApi = api) {
  const refusal: unknown = await by.validator
    .verify(by.token(payload))
    .catch((error: unknown) => error)
  if (refusal instanceof AccessRefusal) return refusal
  throw new Error('accepted')
}

describe('the caller of an access token', () => {
  it('is whom a good token speaks for, with the token at hand for nobody but the library', async () => {
    const token = api.token(api.user())
    const caller = await api.validator.verify(token)
    expect(caller).toMatchObject({ kind: 'user', objectId: ids.ada, clientId: ids.web })
    expect(assertionOf(caller)).toEqual({ token, expiresAt: caller.claims.exp * 1000 })
    expect(await api.verdict(api.token(api.app()))).toBe('200')
    expect(await api.verdict(api.token(api.legacyUser()))).toBe('200')
  })

  it('T30 says what the token says, however many others were verified since', async () => {
    const own = guarded()
    const payload = own.user({ groups: ['a', 'b'] })
    const first = await own.validator.verify(own.token(payload))
    const atFirst = first.claims
    for (let count = 0; count < 70; count += 1) {
      await own.validator.verify(own.token(own.user({ uti: String(count) })))
    }
    expect(first.claims).not.toBe(atFirst)
    expect(first.claims).toEqual(atFirst)
    expect(first.claims).toEqual(payload)
    expect(Object.isFrozen(first.claims) && Object.isFrozen(first.claims.groups)).toBe(true)
    expect(first.claims).toBe(first.claims)
    expect(await own.validator.verify(own.token(payload))).toBe(first)
  })

  it('is refused for what the platform did not sign, as invalid and not as an outage', async () => {
    const token = api.token(api.user())
    expect(await api.verdict(`${token.slice(0, -4)}AAAA`)).toBe('401 signature')
    expect(await api.verdict(api.token(api.user({ exp: 1 })))).toBe('401 expired')
    const refusal = await refusalOf(api.user({ exp: 1 }))
    expect(refusal.explanation.expected).toMatch(/valid now/)
    const outage = guarded({ fetch: () => Promise.reject(new TypeError('fetch failed')) })
    expect(await outage.verdict(outage.token(outage.user()))).toBe('503 metadata network')
  })

  it('G43 is refused before any key is fetched when the token is for someone else', async () => {
    const own = guarded()
    expect(await own.verdict(own.token(own.user({ aud: ids.web })))).toBe('401 audience')
    expect(await own.verdict(own.token(own.user({ nonce: 'n' })))).toBe('401 id-token')
    expect(await own.verdict(own.token(own.user({ aud: uri })))).toBe('401 audience')
    expect(own.server.paths).toEqual([])
  })

  it('G55 G60 is refused when the token is of no kind', async () => {
    expect((await refusalOf(api.user({ scp: 7 }))).reason).toBe('claims-malformed')
    expect((await refusalOf(api.user({ idtyp: 'device' }))).reason).toBe('kind-unclear')
    expect((await refusalOf(api.user({ oid: undefined }))).reason).toBe('claims-malformed')
  })
})

describe('a token with neither scopes nor roles', () => {
  it('is refused, and the developer told what to grant', async () => {
    expect((await refusalOf(api.app({ roles: [] }))).explanation).toEqual({
      reason: 'no-permissions',
      found: `a token of client "${ids.daemon}" with neither scp nor roles`,
      expected: expect.stringMatching(/scopes or app roles of this API/),
      cure: expect.stringMatching(
        /^Assign the app a role.*any app of any tenant.*If an access list decides.*allowClientsWithoutPermissions/,
      ),
    })
    expect((await refusalOf(api.user({ scp: '' }))).explanation.cure).toMatch(/^Expose a scope/)
  })

  it('is accepted of an app that an access list names, in any case, and of nobody else', async () => {
    const own = guarded({ aclClients: [ids.daemon.toUpperCase()] })
    const roles = undefined
    expect(await own.verdict(own.token(own.app({ roles })))).toBe('200')
    expect(await own.verdict(own.token(own.app({ roles, azp: ids.daemon.toUpperCase() })))).toBe(
      '200',
    )
    expect((await refusalOf(own.app({ roles, azp: ids.web }), own)).reason).toBe('no-permissions')
    expect((await refusalOf(own.user({ scp: '', azp: ids.daemon }), own)).reason).toBe(
      'no-permissions',
    )
  })

  it.each(['tasks-daemon', 7, null])('O12 cannot be allowed to a client named %j', (client) => {
    const settle = () => guarded({ aclClients: [client as string] })
    expect(settle).toThrow(
      expect.objectContaining({
        code: 'ERR_ENTRA_CONFIGURATION',
        option: 'allowClientsWithoutPermissions',
        message: expect.stringContaining(
          `allowClientsWithoutPermissions names ${JSON.stringify(client)}. Expected client IDs, which are GUIDs`,
        ),
      }),
    )
  })
})

describe('the tenant of a caller', () => {
  const foreign = (by: GuardedApi) =>
    by.user({ tid: ids.fabrikam, iss: `${by.server.origin}/${ids.fabrikam}/v2.0` })

  it('G45 is one that the policy lets in, or refused with the way to let it in', async () => {
    const own = guarded({ tenant: 'common', tenants: [ids.contoso] })
    expect(await own.verdict(own.token(own.user()))).toBe('200')
    expect((await refusalOf(foreign(own), own)).explanation).toEqual({
      reason: 'tenant-not-allowed',
      found: `tid "${ids.fabrikam}"`,
      expected: expect.stringMatching(/tenants option lets in/),
      cure: expect.stringMatching(/Add the tenant to tenants/),
    })
    const any = guarded({ tenant: 'organizations', tenants: 'any' })
    expect(await any.verdict(any.token(foreign(any)))).toBe('200')
  })

  it('is asked again for a token that is known, so that a tenant can be shut out at once', async () => {
    let welcome: unknown = true
    const own = guarded({ tenant: 'common', tenants: () => welcome as boolean }) // from JavaScript
    const token = own.token(own.user())
    expect(await own.verdict(token)).toBe('200')
    welcome = 'yes'
    expect(await own.verdict(token)).toBe('401 tenant-not-allowed')
    welcome = true
    expect(await own.verdict(token)).toBe('200')
  })

  it('O12 must be settled where the authority lets every tenant in', () => {
    for (const tenant of ['common', 'organizations']) {
      expect(() => guarded({ tenant })).toThrow(
        expect.objectContaining({
          option: 'tenants',
          message: expect.stringMatching(
            new RegExp(
              `^tenant is '${tenant}' and tenants is missing: anyone's organization would be let in\\. Write tenants: \\[`,
            ),
          ),
        }),
      )
    }
    expect(() => guarded({ tenants: [] })).toThrow(/an empty list/)
  })
})

describe('a token that was verified before', () => {
  /** Says yes to every token and remembers what it was asked: only what the validator does shows. */
  function verifierSaying(
    yes: { recheck: boolean | JwtInvalid } = { recheck: true },
    authority = authorityOf(ids.contoso),
    version: TokenVersion = '2.0',
  ) {
    const asked = { verify: 0, recheck: 0 }
    const claims = api.user()
    const verified = (): VerifiedJwt => ({
      claims,
      version,
      tenantId: ids.contoso,
      expiresAt: 1000,
      standing: {},
    })
    const verifier: JwtVerifier = {
      authority,
      verify(_token, refuse) {
        asked.verify += 1
        refuse?.(claims, version)
        return Promise.resolve(verified())
      },
      recheck() {
        asked.recheck += 1
        if (yes.recheck instanceof JwtInvalid) throw yes.recheck
        return yes.recheck
      },
      purgeKeys: () => undefined,
    }
    return { asked, verifier }
  }

  const validatorOver = (verifier: JwtVerifier, changes: Partial<TokenValidatorSettings> = {}) =>
    createTokenValidator({
      verifier,
      clientId: ids.api,
      audiences: [],
      tenants: undefined,
      clock: () => 0,
      cacheBytes: 1024 * 1024,
      ...changes,
    })
  const expired = new JwtInvalid({ reason: 'expired', found: 'f', expected: 'e', cure: 'c' })

  it('yields the same caller, and its signature is not looked at again', async () => {
    const { asked, verifier } = verifierSaying()
    const validator = validatorOver(verifier)
    const caller = await validator.verify('token')
    expect(await validator.verify('token')).toBe(caller)
    expect(asked).toEqual({ verify: 1, recheck: 1 })
  })

  it('is verified afresh when its key is no longer in use', async () => {
    const yes = { recheck: true }
    const { asked, verifier } = verifierSaying(yes)
    const validator = validatorOver(verifier)
    const caller = await validator.verify('token')
    yes.recheck = false
    const again = await validator.verify('token')
    expect(again).not.toBe(caller)
    expect(assertionOf(again)).toEqual({ token: 'token', expiresAt: 1000 })
    expect(asked.verify).toBe(2)
    yes.recheck = true
    expect(await validator.verify('token')).toBe(again)
  })

  it('has one caller when many requests bring it at once, as long as its key is in use', async () => {
    const yes = { recheck: true }
    const { verifier } = verifierSaying(yes)
    const shared = validatorOver(verifier)
    const twins = await Promise.all([shared.verify('token'), shared.verify('token')])
    expect(twins[0]).toBe(twins[1])
    yes.recheck = false
    const apart = validatorOver(verifier)
    const [one, other] = await Promise.all([apart.verify('token'), apart.verify('token')])
    expect(one).not.toBe(other)
  })

  it('has its caller at once, while its times, key and tenant hold', async () => {
    const yes: { recheck: boolean | JwtInvalid } = { recheck: true }
    const { asked, verifier } = verifierSaying(yes)
    const validator = validatorOver(verifier)
    expect(validator.recall('token')).toBeUndefined()
    const caller = await validator.verify('token')
    const known = validator.recall('token')
    if (known === undefined) throw new Error('not remembered')
    expect(validator.holding(known)).toBe(caller)
    expect(asked).toEqual({ verify: 1, recheck: 1 })
    for (const recheck of [false, expired]) {
      yes.recheck = recheck
      expect(validator.holding(known)).toBeUndefined()
    }
    yes.recheck = true
    const tenants = () => true
    expect(validatorOver(verifier, { tenants }).holding(known)).toBeUndefined()
    expect(validatorOver(verifier, { tenants: [ids.fabrikam] }).holding(known)).toBeUndefined()
  })

  it('T12 has a caller that no other API takes for its own', async () => {
    const { verifier } = verifierSaying()
    const [one, other] = [validatorOver(verifier), validatorOver(verifier)]
    const caller = await one.verify('token')
    expect([one.isOwn(caller), other.isOwn(caller), one.isOwn({ ...caller })]).toEqual([
      true,
      false,
      false,
    ])
  })

  it('is refused and forgotten once its time has passed', async () => {
    const yes: { recheck: boolean | JwtInvalid } = { recheck: true }
    const { asked, verifier } = verifierSaying(yes)
    const validator = validatorOver(verifier)
    await validator.verify('token')
    yes.recheck = expired
    expect(await verdictOf(() => validator.verify('token'))).toBe('401 expired')
    yes.recheck = true
    await validator.verify('token')
    expect(asked.verify).toBe(2)
  })

  it('is refused with what was configured for challenges', async () => {
    const challenge = { resourceMetadata: 'https://api.example/meta' }
    const yes: { recheck: boolean | JwtInvalid } = { recheck: true }
    const { verifier } = verifierSaying(yes)
    const header = (changes: Partial<TokenValidatorSettings>, token = 'token') =>
      validatorOver(verifier, { challenge, ...changes })
        .verify(token)
        .then(
          () => 'accepted',
          (error: unknown) =>
            error instanceof AccessRefusal ? error.headers['WWW-Authenticate'] : error,
        )
    const ends = /, resource_metadata="https:\/\/api\.example\/meta"$/
    expect(await header({ clientId: ids.web })).toMatch(ends)
    expect(await header({ tenants: () => false })).toMatch(ends)
    const validator = validatorOver(verifier, { challenge })
    await validator.verify('token')
    yes.recheck = expired
    await expect(validator.verify('token')).rejects.toMatchObject({
      headers: { 'WWW-Authenticate': expect.stringMatching(ends) },
      explanation: { found: 'f', expected: 'e', cure: 'c' },
    })
    const plain = validatorOver(verifier, { clientId: ids.web })
    await expect(plain.verify('token')).rejects.toMatchObject({
      headers: {
        'WWW-Authenticate':
          'Bearer error="invalid_token", error_description="The access token was issued for another API"',
      },
    })
  })

  it('G43 of a B2C policy names the client ID even when it says version 1.0', async () => {
    const b2c = authorityOf(ids.contoso, 'https://contoso.b2clogin.com', 'B2C_1_susi')
    const { verifier } = verifierSaying({ recheck: true }, b2c, '1.0')
    await expect(
      validatorOver(verifier, { clientId: ids.web }).verify('token'),
    ).rejects.toMatchObject({
      explanation: { expected: `aud "${ids.web}"` },
    })
    const plain = verifierSaying({ recheck: true }, authorityOf(ids.contoso), '1.0')
    await expect(
      validatorOver(plain.verifier, { clientId: ids.web }).verify('token'),
    ).rejects.toMatchObject({
      explanation: { expected: expect.stringMatching(/spn:/) },
    })
  })
})
