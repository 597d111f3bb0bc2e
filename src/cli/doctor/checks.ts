import { skipped, type Check } from './check.js'
import { consentCheck } from './checks/consent.js'
import { cookiesCheck } from './checks/cookies.js'
import { credentialCheck } from './checks/credential.js'
import { environmentCheck } from './checks/environment.js'
import { exposedApiCheck } from './checks/exposed-api.js'
import { onBehalfOfCheck } from './checks/on-behalf-of.js'
import { optionalClaimsCheck } from './checks/optional-claims.js'
import { optionsCheck } from './checks/options.js'
import { permissionsCheck } from './checks/permissions.js'
import { platformCheck } from './checks/platform.js'
import { processesCheck } from './checks/processes.js'
import { proofCheck } from './checks/proof.js'
import { redirectUrisCheck } from './checks/redirect-uris.js'
import { registeredCredentialsCheck } from './checks/registered-credentials.js'
import { registrationCheck } from './checks/registration.js'
import { runningAppCheck } from './checks/running-app.js'
import { scopeUseCheck } from './checks/scope-use.js'
import { scopesCheck } from './checks/scopes.js'
import { tokenCheck } from './checks/token.js'
import type { Deployment } from './deployment.js'

const offline: readonly Check[] = [
  optionsCheck,
  environmentCheck,
  credentialCheck,
  scopesCheck,
  scopeUseCheck,
  redirectUrisCheck,
  cookiesCheck,
  processesCheck,
  registrationCheck,
  registeredCredentialsCheck,
  exposedApiCheck,
  optionalClaimsCheck,
  permissionsCheck,
  consentCheck,
]

const live: readonly Check[] = [platformCheck, proofCheck, onBehalfOfCheck, runningAppCheck]

/** What is looked at, in order; what talks to anybody only when it is known to whom. */
export function checksFor(deployment: Deployment, isOffline: boolean): readonly Check[] {
  const wrong = ['tenant', 'clientId', 'authorityHost', 'policy'].find((option) =>
    deployment.faults.some((fault) => fault.option === option),
  )
  if (!isOffline && wrong === undefined) return [...offline, tokenCheck('judged'), ...live]
  const reason = isOffline ? '--offline' : `${wrong ?? ''} has to be right first`
  return [
    ...offline,
    tokenCheck('left out'),
    ...live.map((check) => ({ title: check.title, run: () => skipped(reason) })),
  ]
}
