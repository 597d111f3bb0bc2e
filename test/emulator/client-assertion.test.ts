import { randomUUID } from 'node:crypto'
import { SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { contosoDirectory, type Emulator } from '../../src/emulator/index.js'
import { createClientCertificate, type ClientCertificate } from './client-certificate.js'
import {
  claimsOf,
  contoso,
  daemon,
  postToken,
  start,
  stopAll,
  tasksApi,
  type Answer,
} from './contoso.js'

let emulator: Emulator
let certificate: ClientCertificate
let stranger: ClientCertificate
let old: ClientCertificate
let early: ClientCertificate
beforeAll(async () => {
  certificate = await createClientCertificate('daemon')
  stranger = await createClientCertificate('stranger')
  const day = 86_400_000
  old = await createClientCertificate('old', Date.now() - 6 * 365 * day)
  early = await createClientCertificate('early', Date.now() + day)
  const directory = contosoDirectory()
  const client = directory.applications.find(({ appId }) => appId === daemon)
  if (client !== undefined) client.certificates = [certificate, old, early].map(({ pem }) => pem)
  emulator = await start(directory)
})
afterAll(stopAll)

interface Assertion {
  alg?: 'PS256' | 'RS256'
  header?: Record<string, unknown>
  claims?: Record<string, unknown>
  signedBy?: ClientCertificate
}

async function assertion({ alg = 'PS256', header, claims, signedBy = certificate }: Assertion) {
  const now = Math.floor(Date.now() / 1000)
  const payload = {
    aud: `${emulator.authority}/oauth2/v2.0/token`,
    iss: daemon,
    sub: daemon,
    jti: randomUUID(),
    nbf: now,
    iat: now,
    exp: now + 600,
    ...claims,
  }
  const named = alg === 'PS256' ? { 'x5t#S256': certificate.sha256 } : { x5t: certificate.sha1 }
  return new SignJWT(payload)
    .setProtectedHeader({ alg, typ: 'JWT', ...named, ...header })
    .sign(await signedBy.privateKey(alg))
}

function request(clientAssertion: string, headers: Record<string, string> = {}): Promise<Answer> {
  const parameters = {
    grant_type: 'client_credentials',
    client_id: daemon,
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: clientAssertion,
    scope: `api://${tasksApi}/.default`,
  }
  return postToken(emulator, parameters, { headers })
}

describe('a certificate assertion', () => {
  it.each<[string, Assertion]>([
    ['PS256 with x5t#S256', { alg: 'PS256' }],
    ['RS256 with x5t', { alg: 'RS256' }],
  ])('by %s is accepted and shows as azpacr 2', async (_what, options) => {
    const { status, body } = await request(await assertion(options))
    expect(status).toBe(200)
    expect(claimsOf(body.access_token)).toMatchObject({ azpacr: '2', azp: daemon })
  })

  it('may be addressed to the tenant by domain', async () => {
    const aud = `${emulator.origin}/contoso.onmicrosoft.com/oauth2/v2.0/token`
    expect((await request(await assertion({ claims: { aud } }))).status).toBe(200)
  })

  it('from a page is refused', async () => {
    const answer = await request(await assertion({}), { origin: 'http://localhost:4999' })
    expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_request' } })
    expect(answer.body.error_description).toContain('Cross-origin token redemption')
  })

  const past = Math.floor(Date.now() / 1000) - 3600

  it.each<[string, () => Assertion, number]>([
    ['of an unknown certificate', () => ({ header: { 'x5t#S256': stranger.sha256 } }), 700027],
    ['signed by another key', () => ({ signedBy: stranger }), 7000274],
    [
      'of a certificate that is over',
      () => ({ header: { 'x5t#S256': old.sha256 }, signedBy: old }),
      1000502,
    ],
    [
      'of a certificate that has not begun',
      () => ({ header: { 'x5t#S256': early.sha256 }, signedBy: early }),
      1000502,
    ],
    ['that is over', () => ({ claims: { exp: past } }), 700024],
    ['that has not begun', () => ({ claims: { nbf: past + 7200 } }), 700024],
    ['whose subject is another', () => ({ claims: { sub: contoso } }), 50048],
    ['of another client', () => ({ claims: { iss: contoso, sub: contoso } }), 50012],
    ['for another address', () => ({ claims: { aud: 'https://login.example/token' } }), 50012],
    ['without a certificate in its header', () => ({ header: { 'x5t#S256': undefined } }), 50012],
  ])('%s is refused with 401', async (_what, options, code) => {
    const { status, body } = await request(await assertion(options()))
    expect({ status, error: body.error, codes: body.error_codes }).toEqual({
      status: 401,
      error: 'invalid_client',
      codes: [code],
    })
  })
})
