import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { generateKeyPair, SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { createJwtVerifier } from '../../src/platform/verified-jwt.js'
import { authorityOf } from '../../src/protocol/authority.js'
import { appCertificate } from '../support/certificates.js'

const contoso = '7d1c9a10-5a6e-4a1d-8f6c-0b2f5e9d3a77'

describe('a platform whose certificate nobody vouches for', () => {
  const asked: string[] = []
  let port = 0
  let stop = (): void => undefined

  beforeAll(async () => {
    const { pem } = await appCertificate()
    const server = createServer({ key: pem, cert: pem }, (request, response) => {
      asked.push(String(request.url))
      response.end('{}')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    port = (server.address() as AddressInfo).port // listening on a port, so never a string or null
    stop = () => {
      server.close()
      server.closeAllConnections()
    }
  })
  afterAll(() => stop())

  it('N14 is not asked for keys: 503, and not one request arrives', async () => {
    const verifier = createJwtVerifier({
      authority: authorityOf(contoso, `https://localhost:${port}`),
      clock: Date.now,
      fetch,
      clockToleranceSeconds: 300,
    })
    await expect(verifier.verify(await tokenOf(`https://localhost:${port}`))).rejects.toMatchObject(
      {
        code: 'ERR_ENTRA_PLATFORM_UNAVAILABLE',
        status: 503,
      },
    )
    expect(asked).toEqual([])
  })
})

async function tokenOf(origin: string): Promise<string> {
  const { privateKey } = await generateKeyPair('RS256')
  const now = Math.floor(Date.now() / 1000)
  return new SignJWT({ tid: contoso, ver: '2.0', aud: 'api', sub: 'someone' })
    .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid: 'a-key' })
    .setIssuer(`${origin}/${contoso}/v2.0`)
    .setIssuedAt(now)
    .setNotBefore(now)
    .setExpirationTime(now + 3600)
    .sign(privateKey)
}
