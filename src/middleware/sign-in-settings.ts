import type { JwtVerifier } from '../platform/verified-jwt.js'
import type { TokenEndpoint } from '../platform/token-endpoint.js'
import type { TokenStore } from '../stores/token-store.js'
import { credentialMissing } from './credential-missing.js'
import { publicOriginsOf, sealingSecretsOf } from './sealing-secrets.js'
import type { Settings } from './settings.js'
import { warnOfSeveralProcesses } from './several-processes.js'
import type { SignInSettings } from './sign-in-core.js'

export interface SignInParts {
  readonly tokenEndpoint: TokenEndpoint
  readonly forUser: SignInSettings['forUser']
  readonly correlationOf: SignInSettings['correlationOf']
  readonly verifier: JwtVerifier
  readonly store: TokenStore | undefined
  readonly redemptionStore: TokenStore | undefined
  /** Path at which an administrator consents, once that is mounted. */
  readonly adminConsentPath: () => string | undefined
}

/**
 * What signing users in needs beyond what an API needs.
 *
 * @throws ConfigurationError naming what is missing: credential, base URL, secret.
 */
export function signInSettingsOf(settings: Settings, parts: SignInParts): SignInSettings {
  const baseUrls = publicOriginsOf(settings, 'signIn()')
  if (settings.credential === undefined) {
    throw credentialMissing('signIn()', settings)
  }
  warnOfSeveralProcesses(settings)
  return {
    ...settings,
    ...parts,
    baseUrls,
    secrets: sealingSecretsOf(settings, 'signIn()'),
    warn: (message) => settings.host.warn(message),
  }
}
