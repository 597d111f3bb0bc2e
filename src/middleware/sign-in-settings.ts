import { encodeBase64Url } from '../platform/base64url.js'
import type { JwtVerifier } from '../platform/verified-jwt.js'
import type { TokenEndpoint } from '../platform/token-endpoint.js'
import { ConfigurationError } from '../protocol/configuration-error.js'
import { isLoopbackHost } from '../protocol/loopback.js'
import type { TokenStore } from '../stores/token-store.js'
import type { Settings } from './settings.js'
import type { SignInSettings } from './sign-in-core.js'

export interface SignInParts {
  readonly tokenEndpoint: TokenEndpoint
  readonly verifier: JwtVerifier
  readonly store: TokenStore
}

/**
 * What signing users in needs beyond what an API needs.
 *
 * @throws ConfigurationError naming what is missing: credential, base URL, secret.
 */
export function signInSettingsOf(settings: Settings, parts: SignInParts): SignInSettings {
  const [first, ...others] = settings.baseUrls
  if (first === undefined) {
    throw missing(
      'baseUrl',
      'ENTRADA_BASE_URL',
      'the public origin, such as https://app.contoso.com',
    )
  }
  if (settings.credential === undefined) {
    throw missing(
      'credential',
      'AZURE_CLIENT_SECRET or AZURE_CLIENT_CERTIFICATE_PATH',
      '{ secret } or { certificate }; both stand under "Certificates & secrets" of the app registration',
    )
  }
  return { ...settings, ...parts, baseUrls: [first, ...others], secrets: secretsOf(settings) }
}

/** Without a secret the app runs on the developer's own machine, and nowhere else. */
function secretsOf({ secrets, baseUrls, host }: Settings): readonly string[] {
  if (secrets.length > 0) return secrets
  const isLocal = baseUrls.every((origin) => isLoopbackHost(new URL(origin).hostname))
  if (!isLocal || host.environment['NODE_ENV'] === 'production') {
    throw missing(
      'secret',
      'ENTRADA_SECRET',
      'at least 32 random characters: openssl rand -base64 48',
    )
  }
  host.warn(
    'secret is not set (option secret, environment variable ENTRADA_SECRET). A random one is used: ' +
      'everybody is signed out when this process restarts. This works on loopback only.',
  )
  return [encodeBase64Url(crypto.getRandomValues(new Uint8Array(32)))]
}

function missing(option: string, environmentVariable: string, expected: string) {
  return new ConfigurationError({
    message: `signIn() needs ${option}, and none is configured. Expected ${expected}.`,
    option,
    environmentVariable,
  })
}
