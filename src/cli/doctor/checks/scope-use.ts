import { isSameResource, oidcScopes } from '../../../protocol/scopes.js'
import { skipped, type Check } from '../check.js'
import type { Deployment, RecordedEvent } from '../deployment.js'
import { finding } from '../finding.js'
import { askedScopesOf, plannedBy } from './scopes.js'

/** R12: the scopes of the sign-in, against what a recorded run asked tokens for. */
export const scopeUseCheck: Check = {
  title: 'Scopes in use',
  run(deployment) {
    const { events } = deployment.evidence
    if (events === undefined) return skipped('no recording is given: --events events.jsonl')
    const used = scopesIn(events)
    if (used === undefined) return skipped('the recording holds no scopes-asked event of a user')
    return signInScopesOf(deployment).flatMap(({ resource, scopes }) => {
      const named = scopes.map((scope) => scope.toLowerCase())
      const unused = named.filter((scope) => !used.has(scope))
      if (unused.length === 0) return []
      const byDefault = [...used].some((scope) => isSameResource(scope, `${resource}/.default`))
      if (byDefault) {
        return [
          finding('scope-use-unknown', {
            found: `tokens of ${resource} are asked for by .default, which holds whatever was granted`,
            expected: "the scopes that a call needs: graph.get('/me', { scopes: 'User.Read' })",
            cure: 'Name scopes where tokens are asked for; then a recording tells which are used.',
          }),
        ]
      }
      return scopes
        .filter((scope) => unused.includes(scope.toLowerCase()))
        .map((scope) =>
          finding('scope-unused', {
            found: `${scope} is asked for at sign-in, and no token with it was asked for in the recording`,
            expected: 'consent to what is used, when it is used',
            cure: 'Remove it from signIn({ scopes }); requireToken() asks for it on the page that needs it.',
          }),
        )
    })
  },
}

/** In lower case, as they are compared; undefined when nothing was recorded. */
function scopesIn(events: readonly RecordedEvent[]): ReadonlySet<string> | undefined {
  const asked = events.filter(({ type, purpose }) => type === 'scopes-asked' && purpose === 'user')
  const scopes: unknown[] = asked.flatMap(({ scopes }) => scopes)
  const names = scopes.filter((scope) => typeof scope === 'string')
  return asked.length === 0 ? undefined : new Set(names.map((name) => name.toLowerCase()))
}

function signInScopesOf(deployment: Deployment) {
  const [signIn] = askedScopesOf(deployment).filter(({ purpose }) => purpose === 'sign-in')
  const resources = signIn && plannedBy(signIn, deployment).plan?.resources
  return (resources ?? []).map(({ resource, scopes }) => ({
    resource,
    scopes: scopes.filter((scope) => !scope.endsWith('/.default') && !isOidc(scope)),
  }))
}

function isOidc(scope: string): boolean {
  return (oidcScopes as readonly string[]).includes(scope)
}
