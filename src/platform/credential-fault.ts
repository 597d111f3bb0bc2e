import { ConfigurationError } from '../protocol/configuration-error.js'

/** The variables that set a credential; several of them make a list. */
export const credentialVariables =
  'AZURE_FEDERATED_TOKEN_FILE, AZURE_CLIENT_CERTIFICATE_PATH or AZURE_CLIENT_SECRET'

/** What the `credential` option can be, for messages. */
export const credentialForms =
  "{ certificate: { path } }, { federated: { … } } or { secret: '…' }; they stand under " +
  '"Certificates & secrets" of the app registration in the Microsoft Entra admin center'

/** A mistake in the `credential` option, or in what it leads to. */
export function credentialFault(
  message: string,
  environmentVariable = credentialVariables,
): ConfigurationError {
  return new ConfigurationError({ message, option: 'credential', environmentVariable })
}
