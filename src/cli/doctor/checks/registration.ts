import { personalAccountTenant } from '../../../protocol/tenant.js'
import { skipped, type Check, type Outcome } from '../check.js'
import type { Deployment } from '../deployment.js'
import { finding, type Finding } from '../finding.js'
import type { Registration } from '../registration.js'

/** The registration as a whole: whose it is, and for whom. */
export const registrationCheck: Check = {
  title: 'App registration',
  run: (deployment) =>
    withRegistration(deployment, (registration) => [
      ...anotherApp(deployment, registration),
      ...accounts(deployment, registration),
      ...openFlows(deployment, registration),
    ]),
}

export function withRegistration(
  { evidence }: Deployment,
  look: (registration: Registration) => readonly Finding[],
): Outcome {
  return evidence.registration === undefined
    ? skipped('no registration is given: --registration app.json')
    : look(evidence.registration)
}

function anotherApp({ settings, faults }: Deployment, { appId }: Registration): readonly Finding[] {
  const isUnknown = faults.some(({ option }) => option === 'clientId')
  if (isUnknown || appId === settings.clientId) return []
  return [
    finding('registration-of-another-app', {
      found: `the registration has the client ID ${appId}`,
      expected: settings.clientId,
      cure: `az ad app show --id ${settings.clientId} > app.json, or set clientId (AZURE_CLIENT_ID).`,
    }),
  ]
}

function accounts(
  { settings }: Deployment,
  { signInAudience, tokenVersion }: Registration,
): readonly Finding[] {
  const { multiTenant, tenant } = settings.authority
  if (multiTenant && signInAudience === 'AzureADMyOrg') {
    return [
      finding('sign-in-audience', {
        found: `tenant is '${tenant}', and the registration is for its own tenant only (AADSTS50194)`,
        expected: 'signInAudience AzureADMultipleOrgs, or the one tenant',
        cure: 'Set tenant (AZURE_TENANT_ID) to the GUID of the tenant, or make the registration multitenant.',
      }),
    ]
  }
  const personal = tenant === 'common' || tenant === personalAccountTenant
  if (personal && signInAudience === 'AzureADMultipleOrgs') {
    return [
      finding('sign-in-audience', {
        found: `tenant is '${tenant}', and the registration takes work and school accounts only`,
        expected: 'signInAudience AzureADandPersonalMicrosoftAccount, or organizations',
        cure: "Set tenant to 'organizations', or let personal accounts into the registration.",
      }),
    ]
  }
  if (signInAudience?.includes('PersonalMicrosoftAccount') === true && tokenVersion === 1) {
    return [
      finding('token-version', {
        found: `requestedAccessTokenVersion is not 2 with signInAudience ${signInAudience}`,
        expected: '2: personal accounts get no version 1.0 tokens',
        cure: 'Set api.requestedAccessTokenVersion to 2 in the manifest.',
      }),
    ]
  }
  return []
}

function openFlows(
  { settings, signIn }: Deployment,
  { implicitGrant, isFallbackPublicClient }: Registration,
): readonly Finding[] {
  return [
    ...(implicitGrant
      ? [
          finding('implicit-grant', {
            found:
              'implicit grant is enabled: tokens in addresses, where histories and logs see them',
            expected: 'the code flow alone, which this library uses',
            cure: 'Clear both boxes of "Implicit grant and hybrid flows" under "Authentication".',
          }),
        ]
      : []),
    ...(isFallbackPublicClient && (signIn !== undefined || settings.credential !== undefined)
      ? [
          finding('public-client', {
            found: '"Allow public client flows" is on (isFallbackPublicClient)',
            expected: 'off: a server has a credential',
            cure: 'Switch it off under "Authentication"; give programs without a secret a registration of their own.',
          }),
        ]
      : []),
  ]
}
