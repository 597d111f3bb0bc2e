import { ConfigurationError } from '../protocol/configuration-error.js'
import { credentialForms, credentialVariables } from '../platform/credential-fault.js'
import type { Settings } from './settings.js'

/**
 * The error for a use that needs the app registration's own credential, where there is none or a
 * managed identity stands in for the app.
 */
export function credentialMissing(
  use: string,
  { managedIdentity }: Pick<Settings, 'managedIdentity'>,
): ConfigurationError {
  const message =
    managedIdentity === undefined
      ? `${use} needs a credential, and none is configured. Expected ${credentialForms}.`
      : `${use} needs a credential of the app registration, and credential is { managedIdentity }, ` +
        'which only gets tokens of its own for forApp(). Let the managed identity prove the ' +
        'registration: credential: { federated: { managedIdentity: {} } }, and add it as a ' +
        'federated credential under "Certificates & secrets".'
  return new ConfigurationError({
    message,
    option: 'credential',
    environmentVariable: credentialVariables,
  })
}
