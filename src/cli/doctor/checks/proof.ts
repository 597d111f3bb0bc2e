import { createCredential } from '../../../platform/credential.js'
import { createTokenEndpoint } from '../../../platform/token-endpoint.js'
import { diagnose } from '../../../protocol/aadsts.js'
import { EntraError } from '../../../protocol/entra-error.js'
import { defaultScopeOf } from '../../../protocol/scopes.js'
import { personalAccountTenant } from '../../../protocol/tenant.js'
import {
  AdminConsentRequiredError,
  ConsentRequiredError,
  CredentialRejectedError,
  TokenRefusedError,
} from '../../../protocol/token-errors.js'
import { skipped, type Check } from '../check.js'
import { credentialsOf } from '../credentials.js'
import type { Deployment } from '../deployment.js'
import { finding, type Finding } from '../finding.js'
import { askedScopesOf, plannedBy } from './scopes.js'

/** Each credential, tried by asking for a token of the app itself, which is thrown away. */
export const proofCheck: Check = {
  title: 'Credential at the platform',
  live: true,
  async run(deployment) {
    const credentials = credentialsOf(deployment)
    if (credentials.length === 0) return skipped('no credential is configured')
    const tenant = tenantOf(deployment)
    if (tenant === undefined) {
      return skipped(
        'tenant names no single organization, and only its tenant has client credentials',
      )
    }
    if (deployment.settings.authority.policy !== undefined) {
      return skipped('Azure AD B2C has no client credentials')
    }
    const tries = credentials.map((credential) =>
      tried(deployment, { credential, tenant, resources: resourcesOf(deployment) }),
    )
    return (await Promise.all(tries)).flat()
  },
}

/**
 * Client credentials need the tenant of an organization (AADSTS9001023); of several that are let in,
 * the first will do.
 */
function tenantOf({ settings }: Deployment): string | undefined {
  const { authority, tenants } = settings
  const listed = Array.isArray(tenants) ? (tenants as readonly string[]) : []
  const candidates = authority.multiTenant ? listed : [authority.tenant]
  return candidates.find((tenant) => tenant !== personalAccountTenant)
}

/** What `forApp()` is used for; Graph, of which every app gets a token, when it is for nothing. */
function resourcesOf(deployment: Deployment): readonly string[] {
  const planned = askedScopesOf(deployment).flatMap((asked) => {
    const plan = asked.purpose === 'app' ? plannedBy(asked, deployment).plan : undefined
    return plan === undefined ? [] : [plan.resource]
  })
  return planned.length === 0
    ? [deployment.settings.authority.cloud.graphResource]
    : [...new Set(planned)]
}

interface Try {
  readonly credential: object
  readonly tenant: string
  readonly resources: readonly string[]
}

async function tried(
  { settings }: Deployment,
  { credential, tenant, resources }: Try,
): Promise<readonly Finding[]> {
  const endpoint = createTokenEndpoint({
    ...settings,
    credential: createCredential(credential, settings),
  })
  const kind = Object.keys(credential).join(', ')
  const findings: Finding[] = []
  for (const resource of resources) {
    try {
      await endpoint.clientCredentials({ tenant, scope: defaultScopeOf(resource), resource })
    } catch (error) {
      findings.push(failure(error, kind, resource))
      // Without a credential that is accepted the others would fail alike.
      if (error instanceof CredentialRejectedError) break
    }
  }
  return findings
}

/** What a refusal of the token endpoint means; never with its text, which may hold anything. */
export function failure(error: unknown, what: string, resource: string): Finding {
  if (!(error instanceof EntraError)) throw error
  if (!(error instanceof TokenRefusedError)) {
    return finding('platform-unreachable', {
      found: `a token for ${resource} could not be had: ${error.message}`,
      expected: 'an answer of the token endpoint',
      cure: 'Look at the firewall, the proxy (entra({ fetch })) and the DNS of this machine.',
    })
  }
  const { aadsts, oauthError, suberror, correlationId } = error
  const { explanation, cure } = diagnose({ error: oauthError, suberror, codes: aadsts })
  const number = aadsts[0] === undefined ? (oauthError ?? '') : `AADSTS${aadsts[0]}`
  return finding(idOf(error), {
    found: `${what}, for ${resource}: ${explanation} (${number})`,
    expected: 'a token',
    cure: correlationId === undefined ? cure : `${cure} Correlation id: ${correlationId}.`,
  })
}

function idOf(error: TokenRefusedError) {
  if (error instanceof CredentialRejectedError) return 'credential-rejected'
  const isConsent =
    error instanceof ConsentRequiredError || error instanceof AdminConsentRequiredError
  return isConsent ? 'consent-missing' : 'platform-refused'
}
