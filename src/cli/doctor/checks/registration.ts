import { isTenantGroup, personalAccountTenant } from '../../../protocol/tenant.js'
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
      ...personalTokens(registration),
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

type Tenants = 'one' | 'organizations' | 'common' | 'consumers'

interface Audience {
  readonly serves: readonly Tenants[]
  readonly found: string
  readonly cure: string
}

/** Whom a registration serves, by its `signInAudience`; the one that is not here serves everybody. */
const audiences: ReadonlyMap<string, Audience> = new Map<string, Audience>([
  [
    'AzureADMyOrg',
    {
      serves: ['one'],
      found: 'is for its own tenant only (AADSTS50194, 9002332)',
      cure: 'Set tenant (AZURE_TENANT_ID) to the GUID of the tenant, or let other accounts into the registration.',
    },
  ],
  [
    'AzureADMultipleOrgs',
    {
      serves: ['one', 'organizations'],
      found: 'takes work and school accounts only',
      cure: "Set tenant (AZURE_TENANT_ID) to 'organizations', or let personal accounts into the registration.",
    },
  ],
  [
    'PersonalMicrosoftAccount',
    {
      serves: ['consumers'],
      found: 'takes personal accounts only (AADSTS9002331, 9002346)',
      cure: "Set tenant (AZURE_TENANT_ID) to 'consumers', or let work and school accounts into the registration.",
    },
  ],
])

function accounts(
  { settings, faults }: Deployment,
  { signInAudience = '' }: Registration,
): readonly Finding[] {
  if (faults.some(({ option }) => option === 'tenant')) return []
  const { tenant } = settings.authority
  const tenants = tenantsOf(tenant)
  const audience = audiences.get(signInAudience)
  if (audience === undefined || audience.serves.includes(tenants)) return []
  const others = [...audiences].filter(([, { serves }]) => serves.includes(tenants))
  return [
    finding('sign-in-audience', {
      found: `tenant is '${tenants === 'consumers' ? tenants : tenant}', and the registration ${audience.found}`,
      expected: `signInAudience ${[...others.map(([name]) => name), 'AzureADandPersonalMicrosoftAccount'].join(' or ')}`,
      cure: audience.cure,
    }),
  ]
}

function tenantsOf(tenant: string): Tenants {
  if (tenant === personalAccountTenant) return 'consumers'
  return isTenantGroup(tenant) ? tenant : 'one'
}

function personalTokens({ signInAudience, tokenVersion }: Registration): readonly Finding[] {
  const isPersonal = signInAudience?.includes('PersonalMicrosoftAccount') === true
  if (!isPersonal || tokenVersion === 2) return []
  return [
    finding('token-version', {
      found: `requestedAccessTokenVersion is not 2 with signInAudience ${signInAudience}`,
      expected: '2: personal accounts get no version 1.0 tokens',
      cure: 'Set api.requestedAccessTokenVersion to 2 in the manifest.',
    }),
  ]
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
