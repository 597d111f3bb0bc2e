import type { Scopes } from '../../../acquisition/token-source-settings.js'
import { planScopes, type ScopePlan } from '../../../protocol/scope-plan.js'
import type { ScopePurpose } from '../../../protocol/scope-purpose.js'
import { ScopesInvalidError } from '../../../protocol/scopes-invalid-error.js'
import { skipped, type Check } from '../check.js'
import type { Deployment } from '../deployment.js'
import { finding, type Finding } from '../finding.js'
import { narrowerThan } from '../over-broad-permissions.js'

/** What is asked for at sign-in and for tokens, by the library's own planner. */
export const scopesCheck: Check = {
  title: 'Scopes',
  run(deployment) {
    const asked = askedScopesOf(deployment)
    if (asked.length === 0) return skipped('no scopes are configured')
    const planned = asked.map((one) => plannedBy(one, deployment))
    const plans = planned.flatMap(({ plan }) => (plan === undefined ? [] : [plan]))
    const findings = [
      ...planned.flatMap((one) => one.findings),
      ...plans.flatMap(overBroad),
      ...plans.flatMap(redundant),
    ]
    return findings.filter(
      ({ id, found }, at) =>
        findings.findIndex((other) => other.id === id && other.found === found) === at,
    )
  },
}

export interface AskedScopes {
  readonly scopes: Scopes
  readonly purpose: ScopePurpose
  readonly where: string
}

export function askedScopesOf({
  signIn,
  adminConsent,
  configuration,
}: Deployment): readonly AskedScopes[] {
  const { user = [], onBehalfOf = [], app = [] } = configuration.tokens
  const asked = (purpose: ScopePurpose, where: string) => (scopes: Scopes) => ({
    scopes,
    purpose,
    where,
  })
  return [
    ...(signIn === undefined ? [] : [signIn.scopes].map(asked('sign-in', 'signIn.scopes'))),
    ...(adminConsent === undefined
      ? []
      : [adminConsent.scopes].map(asked('admin-consent', 'adminConsent.scopes'))),
    ...user.map(asked('user', 'tokens.user')),
    ...onBehalfOf.map(asked('on-behalf-of', 'tokens.onBehalfOf')),
    ...app.map(asked('app', 'tokens.app')),
  ]
}

interface Planned {
  readonly plan: ScopePlan | undefined
  readonly findings: readonly Finding[]
}

/** The plan of what is asked for, or what stands against it. */
export function plannedBy(asked: AskedScopes, { settings }: Deployment): Planned {
  const { authority, clientId } = settings
  try {
    const plan = planScopes(asked.scopes, {
      purpose: asked.purpose,
      graphResource: authority.cloud.graphResource,
      clientId,
      // For several tenants the app names one when it asks.
      tenant: authority.multiTenant ? undefined : authority.tenant,
    })
    const findings = plan.warnings.map((warning) =>
      finding('scope-suspicious', {
        found: `${asked.where}: ${warning}`,
        expected: 'a permission that its API has',
        cure: 'Write the scope with its resource in front, as the message says.',
      }),
    )
    return { plan, findings }
  } catch (error) {
    if (!(error instanceof ScopesInvalidError)) throw error
    return { plan: undefined, findings: [illegal(asked.where, error)] }
  }
}

function illegal(where: string, error: ScopesInvalidError): Finding {
  const found = error.message.slice(0, error.message.length - error.cure.length).trim()
  return finding('scopes-illegal', {
    found: `${where}: ${found}`,
    expected: 'scopes that the platform takes together, in this flow',
    cure: error.cure,
  })
}

/** R12: asks for what a route needs, and no more. Whether it is needed only the app knows. */
function overBroad({ resources, graphResource }: ScopePlan): readonly Finding[] {
  return namesAt(graphResource, resources).flatMap((name) => {
    const narrower = narrowerThan(name)
    if (narrower === undefined) return []
    return [
      finding('scope-over-broad', {
        found: `${name}, which reaches over the whole organization`,
        expected: narrower,
        cure: 'Ask for the narrower one, or accept this finding when the app does need it.',
      }),
    ]
  })
}

function redundant({ resources, graphResource }: ScopePlan): readonly Finding[] {
  const names = namesAt(graphResource, resources)
  const contained = names.flatMap((name) => {
    const wider = name.replace(/\.Read(?=\.|$)/, '.ReadWrite')
    return wider !== name && names.includes(wider) ? [{ name, wider }] : []
  })
  return contained.map(({ name, wider }) =>
    finding('scope-redundant', {
      found: `${name} beside ${wider}`,
      expected: 'one of them',
      cure: `${wider} contains ${name}: remove one, the wider one if nothing is changed.`,
    }),
  )
}

function namesAt(resource: string, resources: ScopePlan['resources']): readonly string[] {
  const scopes = resources.find((one) => one.resource === resource)?.scopes ?? []
  return scopes.map((scope) => scope.slice(resource.length + 1))
}
