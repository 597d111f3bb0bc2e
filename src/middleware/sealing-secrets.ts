import { encodeBase64Url } from '../platform/base64url.js'
import { ConfigurationError } from '../protocol/configuration-error.js'
import { isLoopbackHost } from '../protocol/loopback.js'
import type { Settings } from './settings.js'

const randomSecrets = new WeakMap<Settings, readonly [string]>()

/**
 * The secrets that cookies and sessions are sealed with. Without one the app runs on the developer's
 * own machine, and nowhere else.
 *
 * @throws ConfigurationError when there is none and the app is not on loopback, or in production.
 */
export function sealingSecretsOf(settings: Settings, use: string): readonly string[] {
  const { secrets, baseUrls, host } = settings
  if (secrets.length > 0) return secrets
  const isLocal = baseUrls.every((origin) => isLoopbackHost(new URL(origin).hostname))
  if (!isLocal || host.environment['NODE_ENV'] === 'production') {
    throw neededBy(
      use,
      'secret',
      'ENTRADA_SECRET',
      'at least 32 random characters: openssl rand -base64 48',
    )
  }
  const known = randomSecrets.get(settings)
  if (known !== undefined) return known
  host.warn(
    'secret is not set (option secret, environment variable ENTRADA_SECRET). A random one is used: ' +
      'everybody is signed out when this process restarts. This works on loopback only.',
  )
  const random = [encodeBase64Url(crypto.getRandomValues(new Uint8Array(32)))] as const
  randomSecrets.set(settings, random)
  return random
}

/** @throws ConfigurationError when no public origin is configured. */
export function publicOriginsOf(
  { baseUrls }: Settings,
  use: string,
): readonly [string, ...string[]] {
  const [first, ...others] = baseUrls
  if (first !== undefined) return [first, ...others]
  throw neededBy(
    use,
    'baseUrl',
    'ENTRADA_BASE_URL',
    'the public origin, such as https://app.contoso.com',
  )
}

function neededBy(use: string, option: string, environmentVariable: string, expected: string) {
  return new ConfigurationError({
    message: `${use} needs ${option}, and none is configured. Expected ${expected}.`,
    option,
    environmentVariable,
  })
}
