import { base64url, importPKCS8 } from 'jose'
import { modifyAssertion, PrivateKeyJwt, type ClientAuth } from 'openid-client'
import { ConfigurationError } from '../protocol/configuration-error.js'
import { secondsOf, type Clock } from './clock.js'
import { readCertificatePem } from './pem.js'

const assertionLifetimeSeconds = 300

interface SigningCertificate {
  readonly key: CryptoKey
  readonly thumbprint: string
}

/**
 * Client authentication by certificate: an assertion signed PS256 and named by `x5t#S256`. The PEM
 * text is read again for each assertion, so a certificate replaced on disk is used at once.
 *
 * @throws ConfigurationError when the PEM text lacks the key or the certificate.
 * @see https://learn.microsoft.com/entra/identity-platform/certificate-credentials
 */
export function certificateAuthentication(
  read: () => string,
  context: { readonly clock: Clock },
): (tokenEndpoint: string) => ClientAuth {
  const certificateFrom = rememberingLast(signingCertificateOf)
  readCertificatePem(read())
  return (tokenEndpoint) => async (server, client, body, headers) => {
    const { key, thumbprint } = await certificateFrom(read())
    const issuedAt = secondsOf(context.clock)
    const authentication = PrivateKeyJwt(key, {
      [modifyAssertion]: (header, payload) => {
        header['x5t#S256'] = thumbprint
        payload['aud'] = tokenEndpoint
        payload['iat'] = payload['nbf'] = issuedAt
        payload['exp'] = issuedAt + assertionLifetimeSeconds
      },
    })
    // Typed as void, and a promise in fact: the assertion is signed asynchronously.
    const sign = authentication as (...of: Parameters<ClientAuth>) => Promise<void>
    await sign(server, client, body, headers)
  }
}

async function signingCertificateOf(text: string): Promise<SigningCertificate> {
  const pem = readCertificatePem(text)
  const digest = await crypto.subtle.digest('SHA-256', pem.certificate)
  return {
    key: await importPKCS8(pem.privateKey, 'PS256').catch(() => {
      throw new ConfigurationError({
        message: "The certificate's private key is not an RSA key in PKCS#8 form.",
        option: 'credential',
      })
    }),
    thumbprint: base64url.encode(new Uint8Array(digest)),
  }
}

function rememberingLast<Value>(make: (text: string) => Promise<Value>) {
  let last: { text: string; value: Promise<Value> } | undefined
  return (text: string): Promise<Value> => {
    if (last?.text !== text) last = { text, value: make(text) }
    return last.value
  }
}
