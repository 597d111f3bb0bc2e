import type { ClaimsChallenge } from '../protocol/claims-challenge.js'
import { missingScopes } from '../protocol/granted-scopes.js'
import type { ScopePlan } from '../protocol/scope-plan.js'
import { defaultScopeOf } from '../protocol/scopes.js'
import { ConsentRequiredError, InteractionRequiredError } from '../protocol/token-errors.js'
import { refusalIn } from './refusal-pause.js'
import type { WantedToken } from './wanted-token.js'

/** R23: without a refresh token the next token comes by a redirect; that is a mode, not a fault. */
export function signInNeeded({ plan, demand }: WantedToken): InteractionRequiredError {
  return new InteractionRequiredError({
    ...refusalFor(plan, plan.scopes),
    message:
      'There is no token for these scopes, and none can be had without the user. Send the user to ' +
      'sign in: requireToken() in front of the route or errors() after the routes does.',
    claims: demand?.claims,
    next: 'sign-in',
  })
}

/**
 * R34: a grant that raised no question may still lack what was wanted. Consent to named scopes is
 * asked for what is missing alone; with `.default` for everything that is registered, once more.
 */
export function incompleteGrant(
  wanted: WantedToken,
  granted: string | undefined,
): ConsentRequiredError | undefined {
  const { plan } = wanted
  const missing = lackingIn(wanted, granted)
  if (missing.length === 0) return undefined
  return new ConsentRequiredError({
    ...refusalFor(plan, plan.isDefault ? plan.scopes : missing),
    message: `The platform granted a token without ${missing.join(' ')}. The user has to consent.`,
    claims: undefined,
    missing,
  })
}

/** What was wanted and not granted. */
export function lackingIn({ plan, needs }: WantedToken, granted: string | undefined) {
  const missing = missingScopes(plan, granted)
  return needs === undefined ? missing : [...missing, ...missingScopes(needs, granted)]
}

/** An API wants what only the user can give: a stronger or newer sign-in, or consent. */
export function userChallenged(
  { plan }: WantedToken,
  { claims, scopes }: ClaimsChallenge,
): InteractionRequiredError | ConsentRequiredError {
  if (claims !== undefined) {
    return new InteractionRequiredError({
      ...refusalFor(plan, plan.scopes),
      message:
        `The API ${plan.resource} answered with a claims challenge, and a token with those claims ` +
        'cannot be had without the user, or did not satisfy it.',
      claims,
      next: 'sign-in',
    })
  }
  return new ConsentRequiredError({
    ...refusalFor(plan, [defaultScopeOf(plan.resource)]),
    message:
      `The API ${plan.resource} lacks the user's consent to the APIs that it calls itself. They are ` +
      "on one consent page with it when it lists this app's client ID as a known client application.",
    claims: undefined,
    missing: scopes.filter(isScope),
  })
}

/** The refusal of a grant that was to answer a challenge: the sign-in has to answer it too. */
export function withClaims(error: unknown, claims: string | undefined): unknown {
  if (!(error instanceof InteractionRequiredError) || error.claims !== undefined) return error
  return new InteractionRequiredError({ ...refusalIn(error), next: error.next, claims })
}

/** What an API names comes from outside. */
function isScope(text: string): boolean {
  return /^[\x21\x23-\x5b\x5d-\x7e]{1,255}$/.test(text)
}

function refusalFor(plan: ScopePlan, scopes: readonly string[]) {
  return {
    resource: plan.resource,
    scopes,
    aadsts: [],
    oauthError: undefined,
    suberror: undefined,
    correlationId: undefined,
    traceId: undefined,
    timestamp: undefined,
  }
}
