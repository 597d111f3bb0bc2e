import { createTokenEndpoint } from '../../../platform/token-endpoint.js'
import { createJwtVerifier } from '../../../platform/verified-jwt.js'
import { EntraError } from '../../../protocol/entra-error.js'
import { callerIn } from '../../explain/verdict.js'
import { skipped, type Check } from '../check.js'
import type { Finding } from '../finding.js'
import { failure } from './proof.js'
import { askedScopesOf, plannedBy } from './scopes.js'

/** Consent in the middle tier, which shows no page: the given user's token is swapped once. */
export const onBehalfOfCheck: Check = {
  title: 'On-behalf-of for the user of the token',
  live: true,
  async run(deployment) {
    const { settings, evidence } = deployment
    const { token } = evidence
    const asked = askedScopesOf(deployment).filter(({ purpose }) => purpose === 'on-behalf-of')
    if (token === undefined || asked.length === 0 || settings.credential === undefined) {
      return skipped('it takes --token, tokens.onBehalfOf and a credential')
    }
    const verifier = createJwtVerifier(settings)
    const caller = await callerIn(token.authorization, settings, verifier).catch(
      (error: unknown) => {
        if (error instanceof EntraError) return undefined
        throw error
      },
    )
    // What the guard refuses is sent nowhere.
    if (caller?.kind !== 'user') return skipped('the token is not one of a user for this API')
    const endpoint = createTokenEndpoint(settings)
    const findings: Finding[] = []
    for (const one of asked) {
      const { plan } = plannedBy(one, deployment)
      if (plan === undefined) continue
      const { resource, scopes } = plan
      const request = { tenant: caller.tenantId, resource, scope: scopes.join(' ') }
      await endpoint.onBehalfOf({ ...request, assertion: token.token }).catch((error: unknown) => {
        findings.push(failure(error, 'on behalf of the user', resource))
      })
    }
    return findings
  },
}
