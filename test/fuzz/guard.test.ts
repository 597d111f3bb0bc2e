import { describe, expect, it } from '@jest/globals'
import { AccessRefusal } from '../../src/protocol/access-errors.js'
import { authorityOf } from '../../src/protocol/authority.js'
import type { Caller } from '../../src/protocol/caller.js'
import { publishedKeysIn } from '../../src/platform/published-key.js'
import { createJwtVerifier } from '../../src/platform/verified-jwt.js'
import { createTokenValidator } from '../../src/validation/access-token.js'
import { ids } from '../support/guard.js'
import { signingKey } from '../support/key-server.js'
import { answerTo, expectedOf, randomHeaders } from './header-fuzz.js'
import { mayVerify, randomKeyDocument } from './key-document-fuzz.js'
import { randomFrom } from './random.js'
import { tokenSource } from './token-fuzz.js'
import { oracleOf, type OracleCaller, type OracleKey, type OracleWorld } from './token-oracle.js'

// ENTRADA_FUZZ_INPUTS asks for the long form, ENTRADA_FUZZ_SEED for an earlier run once more.
const inputs = Number(process.env['ENTRADA_FUZZ_INPUTS'] ?? 12_000)
const seed = Number(process.env['ENTRADA_FUZZ_SEED'] ?? Math.floor(Math.random() * 2 ** 32))
const patience = 60_000 + inputs * 2

const origin = 'http://localhost:1'
const now = 1_790_000_300

/** Keys of every sort, and a platform that publishes them without a network. */
function world() {
  const template = `${origin}/{tenantid}/v2.0`
  const keys = {
    shared: signingKey({ issuer: template }),
    contoso: signingKey({ issuer: `${origin}/${ids.contoso}/v2.0` }),
    personal: signingKey({ issuer: `${origin}/${ids.personal}/v2.0` }),
    foreign: signingKey({ issuer: template, cloud_instance_name: 'microsoftonline.us' }),
    twin: signingKey({ issuer: template, kid: 'twin' }),
    otherTwin: signingKey({ issuer: template, kid: 'twin' }),
    legacy: signingKey(),
    unpublished: signingKey(),
    encryption: signingKey({ issuer: template, use: 'enc' }),
  }
  const twins = [keys.twin, keys.otherTwin].map((key) => ({ ...key, kid: 'twin' }))
  const modern = [keys.shared, keys.contoso, keys.personal, keys.foreign, ...twins]
  const legacy = [keys.shared, keys.legacy]
  const documents: Record<string, unknown> = {
    [`${origin}/organizations/v2.0/.well-known/openid-configuration`]: {
      issuer: template,
      jwks_uri: `${origin}/v2`,
      cloud_instance_name: 'microsoftonline.com',
    },
    [`${origin}/common/.well-known/openid-configuration`]: {
      issuer: `${origin}/{tenantid}/`,
      jwks_uri: `${origin}/v1`,
      cloud_instance_name: 'microsoftonline.com',
    },
    [`${origin}/v2`]: {
      keys: [null, { kty: 'EC', kid: 'ec' }, ...modern.map(({ jwk }) => jwk), keys.encryption.jwk],
    },
    [`${origin}/v1`]: { keys: legacy.map(({ jwk }) => ({ ...jwk, issuer: undefined })) },
  }
  // The library asks for addresses as strings.
  const send: typeof fetch = (input) => Promise.resolve(Response.json(documents[input as string]))
  const known = (key: (typeof modern)[number], issuer: unknown): OracleKey => ({
    kid: key.kid,
    publicKey: key.publicKey,
    issuer: issuer as string | undefined, // as it was made above
    cloud: key.jwk['cloud_instance_name'] as string | undefined, // likewise
  })
  const oracle: OracleWorld = {
    origin,
    cloud: 'microsoftonline.com',
    now,
    tolerance: 300,
    clientId: ids.api,
    audiences: {
      '1.0': [ids.api, `api://${ids.api}`, `spn:${ids.api}`, 'https://tasks.contoso.example'],
      '2.0': [ids.api],
    },
    tenants: [ids.contoso, ids.personal],
    personalTenant: ids.personal,
    aclClients: [ids.daemon],
    keys: {
      '2.0': modern.map((key) => known(key, key.jwk['issuer'])),
      '1.0': legacy.map((key) => known(key, undefined)),
    },
  }
  const clock = () => now * 1000
  const verifier = createJwtVerifier({
    authority: authorityOf('organizations', origin),
    clock,
    fetch: send,
    clockToleranceSeconds: 300,
  })
  const validator = createTokenValidator({
    verifier,
    clientId: ids.api,
    audiences: ['https://tasks.contoso.example'],
    tenants: oracle.tenants,
    aclClients: oracle.aclClients,
    clock,
    cacheBytes: 1024 * 1024,
  })
  return { oracle, validator, keys: [...modern, keys.legacy, keys.unpublished, keys.encryption] }
}

function comparable(caller: Caller | OracleCaller): OracleCaller {
  const { kind, tenantId, objectId, clientId, roles } = caller
  const scopes = 'scopes' in caller ? [...caller.scopes] : []
  return { kind, tenantId, objectId, clientId, scopes, roles: [...roles] }
}

describe(`the guard against an independent oracle, seed ${String(seed)}`, () => {
  it(
    'O08 reads Authorization headers as the oracle does',
    () => {
      const random = randomFrom(seed)
      for (let count = 0; count < inputs * 0.4; count += 1) {
        const headers = randomHeaders(random)
        const answer = answerTo(headers)
        if (answer !== expectedOf(headers))
          expect([headers, answer]).toEqual([headers, expectedOf(headers)])
      }
    },
    patience,
  )

  it(
    'O08 accepts the tokens that the oracle accepts, for the same caller, and no other',
    async () => {
      const { oracle, validator, keys } = world()
      const source = tokenSource(randomFrom(seed), origin, now, keys)
      const seen = { accepted: 0, refused: 0 }
      for (let count = 0; count < inputs * 0.5; count += 1) {
        const token = source.next()
        const expected = oracleOf(oracle, token)
        const found = await validator.verify(token).catch((error: unknown) => {
          if (error instanceof AccessRefusal && error.status === 401) return undefined
          throw error
        })
        seen[found === undefined ? 'refused' : 'accepted'] += 1
        const isSame =
          found !== undefined && expected !== undefined
            ? JSON.stringify(comparable(found)) === JSON.stringify(comparable(expected))
            : found === expected
        if (!isSame)
          expect([token, found && comparable(found)]).toEqual([
            token,
            expected && comparable(expected),
          ])
      }
      expect(seen.accepted).toBeGreaterThan(inputs * 0.005)
      expect(seen.refused).toBeGreaterThan(inputs * 0.2)
      expect(Object.keys(Object.prototype)).toEqual([])
    },
    patience,
  )

  it(
    'O08 takes from key documents every good key and none that cannot verify',
    async () => {
      const random = randomFrom(seed)
      const { keys } = world()
      for (let count = 0; count < inputs * 0.1; count += 1) {
        const { content, untouched } = randomKeyDocument(
          random,
          keys.filter(({ jwk }) => jwk['use'] === 'sig'),
        )
        const accepted = (await publishedKeysIn(content)) ?? []
        const given =
          typeof content === 'object' &&
          content !== null &&
          'keys' in content &&
          Array.isArray(content.keys)
            ? content.keys
            : []
        const most = given
          .filter(mayVerify)
          .map((jwk: Record<string, unknown>) => `${String(jwk['n'])}.${String(jwk['e'])}`)
        for (const key of accepted)
          if (!most.includes(key.material))
            expect([content, key.kid]).toEqual([content, 'no such key'])
        for (const name of untouched) {
          const found = accepted.some(
            ({ kid, material }) => `${kid} ${material.split('.')[0] ?? ''}` === name,
          )
          if (!found) expect([content, name]).toEqual([content, 'accepted'])
        }
      }
    },
    patience,
  )
})
