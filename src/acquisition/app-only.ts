import { ScopesInvalidError } from '../protocol/scopes-invalid-error.js'
import { observerOf, type Findings } from '../protocol/telemetry.js'
import { keptTokenOf } from '../stores/kept-token.js'
import type { AcquisitionSettings } from './acquisition-settings.js'
import type { AccessToken } from './access-token.js'
import { appGrantOf, type AppTokenRequest } from './app-grant.js'
import { createTokenSource, type TokenSource } from './token-source.js'
import { tokenNameOf, type TokenName } from './token-name.js'
import { createRefusedTokens } from './refused-tokens.js'
import type { Scopes, TokenQuestion } from './token-source-settings.js'
import { claimsWith } from './wanted-token.js'

export interface ForAppOptions {
  /** GUID or domain of a tenant; needed when the app is configured for several. */
  readonly tenant?: string
}

/**
 * Tokens of the app itself, by client credentials or from a managed identity: always
 * `{resource}/.default`, always of one concrete tenant; anything else is a ScopesInvalidError
 * before any request.
 *
 * @see https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
 */
export function createAppOnly(
  settings: AcquisitionSettings,
): (options?: ForAppOptions) => TokenSource {
  const { clock, graph } = settings
  const observe = observerOf(settings.telemetry)
  const grant = appGrantOf(settings)
  const { cache } = grant
  const handingOut = { kind: 'token', grant: grant.kind } as const
  const refused = createRefusedTokens(clock, cache)

  async function acquire(
    tenant: string | undefined,
    { scopes, needs, demand, capability }: TokenQuestion,
    findings: Findings,
  ): Promise<AccessToken> {
    if (needs !== undefined) throw rolesUntold(needs)
    const plan = settings.plan({
      scopes: scopes ?? `${graph.resource}/.default`,
      purpose: 'app',
      ...(tenant !== undefined && { tenant }),
    })
    const base =
      capability === undefined
        ? tokenNameOf(tenant ?? '', plan.resource)
        : tokenNameOf(tenant ?? '', plan.resource, capability)
    const atHand = demand === undefined ? cache.recall(refused.currentOf(base)) : undefined
    if (atHand !== undefined) return atHand
    return refused.acquire(base, demand, (name, successor) =>
      fetched(name, findings, {
        tenant: tenant ?? '',
        scope: plan.scopes.join(' '),
        resource: plan.resource,
        refused: successor?.refused,
        claims: claimsWith(capability, successor?.claims),
      }),
    )
  }

  function fetched(name: TokenName, findings: Findings, request: AppTokenRequest) {
    const { resource, scope } = request
    return cache.get({
      name,
      onMiss: () => (findings.source = 'shared'),
      async acquire() {
        findings.source = 'platform'
        const response = await grant.request(request)
        return keptTokenOf(response, { resource, requested: [scope], receivedAt: clock() })
      },
    })
  }

  return (options = {}) => {
    const tenant = grant.tenantFor(options.tenant)
    return createTokenSource({
      acquire: (question) =>
        observe(handingOut, (findings) => {
          findings.source = 'cache'
          return acquire(tenant, question, findings)
        }),
      // Nobody could sign in: the API's refusal is the answer.
      unanswered: () => undefined,
      delegated: false,
      tenant,
      calls: settings,
    })
  }
}

/** R39: what an app-only token holds stands in the token alone, which is not for this app to read. */
function rolesUntold(needs: Scopes): ScopesInvalidError {
  return new ScopesInvalidError({
    found: 'needs was given for a token of the app itself, whose roles the platform does not tell.',
    cure: 'Leave it out; the API refuses what was not granted.',
    scopes: [needs].flat(),
  })
}
