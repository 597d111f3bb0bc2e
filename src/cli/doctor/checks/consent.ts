import { isSameResource } from '../../../protocol/scopes.js'
import { skipped, type Check } from '../check.js'
import type { ConsentGrant, Deployment } from '../deployment.js'
import { finding, type Finding } from '../finding.js'
import { apiCountOf, grantsOf, type ApiKind } from '../granted-apis.js'
import { askedScopesOf, plannedBy } from './scopes.js'

/** What users are asked for, against what somebody has consented to. */
export const consentCheck: Check = {
  title: 'Consent',
  run(deployment) {
    const { grants } = deployment.evidence
    if (grants === undefined) return skipped('no grants are given: --grants grants.json')
    return askedNames(deployment).flatMap((asked) => {
      const holding = grantsOf(asked.kind, grants).filter(({ scopes }) =>
        scopes.some((scope) => scope.toLowerCase() === asked.name.toLowerCase()),
      )
      return consentTo(asked, holding)
    })
  },
}

/** A permission's name, and every API of which it is asked: several APIs may have one of that name. */
interface AskedName {
  readonly name: string
  readonly kind: ApiKind
  readonly resources: ReadonlySet<string>
}

function askedNames(deployment: Deployment): readonly AskedName[] {
  const { graphResource } = deployment.settings.authority.cloud
  const names = new Map<string, AskedName>()
  for (const { resource, name } of askedPermissions(deployment)) {
    const kind = isSameResource(resource, graphResource) ? 'graph' : 'other'
    const key = `${kind} ${name}`.toLowerCase()
    const resources = new Set(names.get(key)?.resources).add(resource)
    names.set(key, { name, kind, resources })
  }
  return [...names.values()]
}

function askedPermissions(deployment: Deployment) {
  const delegated = askedScopesOf(deployment).filter(
    ({ purpose }) => purpose === 'sign-in' || purpose === 'user',
  )
  const plans = delegated.flatMap((asked) => plannedBy(asked, deployment).plan ?? [])
  return plans
    .flatMap(({ resources }) => resources)
    .flatMap(({ resource, scopes }) =>
      scopes.map((scope) => ({ resource, name: scope.slice(resource.length + 1) })),
    )
    .filter(({ name }) => name !== '.default')
}

function consentTo(asked: AskedName, holding: readonly ConsentGrant[]): readonly Finding[] {
  const wanted = asked.resources.size
  const permission = inWords(asked)
  if (apiCountOf(holding.filter(({ everyone }) => everyone)) >= wanted) return []
  if (apiCountOf(holding) >= wanted) {
    const users = holding.filter(({ everyone }) => !everyone).length
    return [
      finding('consent-personal', {
        found: `${permission} was consented to by ${users} user(s), each for themselves`,
        expected: 'nothing else, where users may consent',
        cure: 'Let an administrator consent for everybody, if nobody shall be asked.',
      }),
    ]
  }
  return [
    finding('consent-missing', {
      found:
        holding.length === 0
          ? `nobody has consented to ${permission}`
          : `${permission} are of ${wanted} APIs, and there is consent for ${apiCountOf(holding)}`,
      expected: 'a consent of each user at the next sign-in, or of an administrator',
      cure: 'Where users may not consent, mount identity.adminConsent() and let an administrator open it.',
    }),
  ]
}

function inWords({ kind, name, resources }: AskedName): string {
  return kind === 'graph' ? name : [...resources].map((one) => `${one}/${name}`).join(' and ')
}
