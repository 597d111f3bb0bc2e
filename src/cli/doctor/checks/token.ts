import { verdictOf } from '../../explain/verdict.js'
import { skipped, type Check } from '../check.js'
import type { Deployment } from '../deployment.js'
import { finding, type Finding } from '../finding.js'

/** A token that a client has, against the guard of this configuration. */
export function tokenCheck(signature: 'judged' | 'left out'): Check {
  return {
    title: 'Token',
    async run(deployment) {
      const { token } = deployment.evidence
      if (token === undefined) return skipped('no token is given: --token - reads one')
      return refusals(deployment, token.authorization, signature)
    },
  }
}

/** Of several requirements one that lets it in is enough: each route has its own. */
async function refusals(
  { settings, configuration }: Deployment,
  authorization: string,
  signature: 'judged' | 'left out',
): Promise<readonly Finding[]> {
  const requirements = configuration.protect.length === 0 ? [undefined] : configuration.protect
  const verdicts = await Promise.all(
    requirements.map((requirement) =>
      verdictOf({ authorization, settings, requirement, signature }),
    ),
  )
  const refused = verdicts.flatMap((verdict) => (verdict.accepted ? [] : [verdict]))
  const [first] = refused
  if (first === undefined || refused.length < verdicts.length) return []
  const { explanation, message, status, code } = first
  return [
    finding('token-refused', {
      found: explanation === undefined ? message : `${explanation.reason}: ${explanation.found}`,
      expected: explanation?.expected ?? `an answer other than ${status} ${code}`,
      cure: explanation?.cure ?? 'Look at the check of the platform.',
    }),
  ]
}
