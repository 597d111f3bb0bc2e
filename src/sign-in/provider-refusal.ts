import type { EntraError } from '../protocol/entra-error.js'
import { PlatformUnavailableError } from '../protocol/platform-unavailable-error.js'
import { SignInRefusedError, type SignInRefusal } from '../protocol/sign-in-errors.js'
import type { ProviderError } from './authorization-response.js'

const consentDeclined = [65004]
const adminApproval = [90094, 90095, 90093]
const transient = ['temporarily_unavailable', 'server_error']
const interaction = ['login_required', 'interaction_required', 'account_selection_required']

/**
 * What an error of the authorization endpoint means to the one at the browser. Decided by `error`
 * where the platform promises it, by the AADSTS number where only that tells the cases apart.
 */
export function refusalOf(answer: ProviderError): EntraError {
  if (transient.includes(answer.error)) {
    return new PlatformUnavailableError({ endpoint: 'authorize', failure: 'status', retryAfter: 5 })
  }
  return new SignInRefusedError(reasonOf(answer), answer)
}

function reasonOf({ error, aadsts }: ProviderError): SignInRefusal {
  if (aadsts !== undefined && adminApproval.includes(aadsts)) return 'admin-approval'
  if (aadsts !== undefined && consentDeclined.includes(aadsts)) return 'consent-declined'
  if (error === 'access_denied') return 'declined'
  if (error === 'consent_required') return 'consent-declined'
  return interaction.includes(error) ? 'interaction' : 'provider'
}
