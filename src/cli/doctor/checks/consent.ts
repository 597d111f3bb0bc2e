import { skipped, type Check } from '../check.js'
import { finding } from '../finding.js'
import { askedScopesOf, plannedBy } from './scopes.js'

/** What users are asked for, against what somebody has consented to. */
export const consentCheck: Check = {
  title: 'Consent',
  run(deployment) {
    const { grants } = deployment.evidence
    if (grants === undefined) return skipped('no grants are given: --grants grants.json')
    const delegated = askedScopesOf(deployment).filter(
      ({ purpose }) => purpose === 'sign-in' || purpose === 'user',
    )
    const names = delegated.flatMap((asked) =>
      (plannedBy(asked, deployment).plan?.resources ?? []).flatMap(({ resource, scopes }) =>
        scopes.map((scope) => scope.slice(resource.length + 1)),
      ),
    )
    return [...new Set(names)]
      .filter((name) => name !== '.default')
      .flatMap((name) => {
        const holding = grants.filter(({ scopes }) =>
          scopes.some((scope) => scope.toLowerCase() === name.toLowerCase()),
        )
        if (holding.some(({ everyone }) => everyone)) return []
        if (holding.length > 0) {
          return [
            finding('consent-personal', {
              found: `${name} was consented to by ${holding.length} user(s), each for themselves`,
              expected: 'nothing else, where users may consent',
              cure: 'Let an administrator consent for everybody, if nobody shall be asked.',
            }),
          ]
        }
        return [
          finding('consent-missing', {
            found: `nobody has consented to ${name}`,
            expected: 'a consent of each user at the next sign-in, or of an administrator',
            cure: 'Where users may not consent, mount identity.adminConsent() and let an administrator open it.',
          }),
        ]
      })
  },
}
