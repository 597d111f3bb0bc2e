// Tokens as Entra issues them: RS256 with 2,048 bits, 2.4 kB, with the claims of a user who is in
// some groups.
import { createSign, generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto'

export const tenant = '7d1c9a10-5a6e-4a1d-8f6c-0b2f5e9d3a77'
export const api = '1c8b5a3e-0f4d-4c2b-8e19-7a6d9b3f2c10'
export const webApp = '5e7f2d91-6b3a-4e88-a1c4-9d0b8f7e6a52'
export const scope = 'Tasks.Read'

export function createKey(kid = 'bench-key') {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const jwk = { ...publicKey.export({ format: 'jwk' }), use: 'sig', kid, x5t: kid }
  const pem = publicKey.export({ type: 'spki', format: 'pem' })
  return { kid, privateKey, publicKey, jwk, pem }
}

const groups = Array.from({ length: 18 }, () => randomUUID())

/** An access token of its own for each call. */
export function accessToken(key, origin, changes = {}) {
  const now = Math.floor(Date.now() / 1000)
  return signed(key, {
    aud: api,
    iss: `${origin}/${tenant}/v2.0`,
    iat: now - 60,
    nbf: now - 60,
    exp: now + 4500,
    aio: randomBytes(48).toString('base64'),
    azp: webApp,
    azpacr: '1',
    email: 'ada@contoso.example',
    groups,
    name: 'Ada Example',
    oid: randomUUID(),
    preferred_username: 'ada@contoso.example',
    rh: `1.AXkA${randomBytes(24).toString('base64url')}.`,
    roles: ['Tasks.Reader'],
    scp: `access_as_user ${scope} Tasks.Write`,
    sid: randomUUID(),
    sub: randomBytes(32).toString('base64url'),
    tid: tenant,
    uti: randomBytes(16).toString('base64url'),
    ver: '2.0',
    xms_ftd: randomBytes(32).toString('base64url'),
    ...changes,
  })
}

export const idToken = (key, told) => signed(key, claimsOfIdToken(told))

export function claimsOfIdToken({ issuer, audience, nonce, oid, version = '2.0' }) {
  const now = Math.floor(Date.now() / 1000)
  return {
    aud: audience,
    iss: issuer,
    iat: now,
    nbf: now,
    exp: now + 3600,
    aio: randomBytes(48).toString('base64'),
    name: 'Ada Example',
    nonce,
    oid,
    preferred_username: 'ada@contoso.example',
    rh: `1.AXkA${randomBytes(24).toString('base64url')}.`,
    sid: randomUUID(),
    sub: randomBytes(32).toString('base64url'),
    tid: tenant,
    uti: randomBytes(16).toString('base64url'),
    ver: version,
  }
}

/** What the app passes on and never reads: text of the usual length. */
export function opaqueToken(length = 2_400) {
  return randomBytes(Math.ceil((length * 3) / 4))
    .toString('base64url')
    .slice(0, length)
}

export function signed({ privateKey, kid }, claims) {
  const head = { typ: 'JWT', alg: 'RS256', kid, x5t: kid }
  const input = `${encoded(head)}.${encoded(claims)}`
  return `${input}.${createSign('RSA-SHA256').update(input).sign(privateKey, 'base64url')}`
}

function encoded(value) {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}
