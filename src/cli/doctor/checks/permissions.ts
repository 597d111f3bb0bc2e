import { graphAppId, isSameResource } from '../../../protocol/scopes.js'
import { isGuid } from '../../../protocol/tenant.js'
import type { Check } from '../check.js'
import type { Deployment } from '../deployment.js'
import { finding, type Finding } from '../finding.js'
import type { Registration } from '../registration.js'
import { askedScopesOf, plannedBy } from './scopes.js'
import { withRegistration } from './registration.js'

/** What the registration lists under "API permissions", against what is asked for by `.default`. */
export const permissionsCheck: Check = {
  title: 'API permissions',
  run: (deployment) =>
    withRegistration(deployment, (registration) => [
      ...unlisted(deployment, registration),
      ...unusedByApps(deployment, registration),
    ]),
}

/** `.default` asks for what is listed: of an API that is not, there is nothing to ask for. */
function unlisted(deployment: Deployment, { resources }: Registration): readonly Finding[] {
  const asked = askedScopesOf(deployment).flatMap((one) => {
    const { plan } = plannedBy(one, deployment)
    if (plan?.isDefault !== true || one.purpose === 'admin-consent') return []
    const appId = appIdOf(plan.resource, deployment)
    return appId === undefined ? [] : [{ ...one, resource: plan.resource, appId }]
  })
  return asked.flatMap(({ purpose, where, resource, appId }) => {
    const listed = resources.find((one) => one.appId === appId)
    const kind = purpose === 'app' ? 'application' : 'delegated'
    if ((listed?.[kind] ?? 0) > 0) return []
    return [
      finding('permission-missing', {
        found: `${where} asks for ${resource}/.default, and the registration lists no ${kind} permission of it`,
        expected: `at least one ${kind} permission under "API permissions"`,
        cure: `Add it, and have an administrator consent${purpose === 'app' ? '' : ' where users may not'}.`,
      }),
    ]
  })
}

/** Undefined for a resource whose application ID does not stand in its name. */
function appIdOf(resource: string, { settings }: Deployment): string | undefined {
  if (isSameResource(resource, settings.authority.cloud.graphResource)) return graphAppId
  const id = resource.replace(/^api:\/\//, '').toLowerCase()
  return isGuid(id) ? id : undefined
}

/** Application permissions work without any user: the first thing a thief of the credential uses. */
function unusedByApps(deployment: Deployment, { resources }: Registration): readonly Finding[] {
  const { user, onBehalfOf, app } = deployment.configuration.tokens
  // Without a word about tokens nothing is known of their use.
  if (user === undefined && onBehalfOf === undefined && app === undefined) return []
  if ((app ?? []).length > 0) return []
  const granted = resources.filter(({ application }) => application > 0)
  return granted.map(({ appId, application }) =>
    finding('permission-unused', {
      found: `${application} application permission(s) of ${appId === graphAppId ? 'Microsoft Graph' : appId}, and tokens.app is empty`,
      expected: 'only permissions that are used',
      cure: 'Remove them under "API permissions", or name what forApp() asks for in tokens.app.',
    }),
  )
}
