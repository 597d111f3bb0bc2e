import { cacheKey } from '../protocol/cache-key.js'
import { missingScopes } from '../protocol/granted-scopes.js'
import type { ScopePlan } from '../protocol/scope-plan.js'
import { isSameResource } from '../protocol/scopes.js'
import { ConsentRequiredError, InteractionRequiredError } from '../protocol/token-errors.js'
import type { SessionPort } from '../stores/session-port.js'
import type { SessionTokens } from '../stores/session-tokens.js'
import { keptTokenOf, type KeptToken } from '../stores/kept-token.js'
import { withAnswer, type UserTokens } from '../stores/user-tokens.js'
import { AccessToken } from './access-token.js'
import type { AcquisitionSettings } from './acquisition-settings.js'
import { createTokenSource, type TokenSource } from './token-source.js'
import type { Scopes } from './token-source-settings.js'

export interface ForUserSettings extends AcquisitionSettings {
  readonly tokens: SessionTokens
}

/** The signed-in user of one request. */
export interface SignedInUser {
  readonly tenantId: string
  readonly objectId: string
  readonly session: SessionPort
}

type Kept = { readonly held: UserTokens; readonly kept: KeptToken }

/**
 * Tokens for other APIs, for the user who is signed in: kept in the session, renewed with the
 * refresh token without the user. One refresh token serves every resource.
 *
 * @throws InteractionRequiredError and ConsentRequiredError, which `errors()` turns into a redirect.
 * @see https://learn.microsoft.com/entra/identity-platform/refresh-tokens
 */
export function createForUser(settings: ForUserSettings): (user: SignedInUser) => TokenSource {
  const { tokens, clock } = settings
  const renewals = new Map<string, Promise<Kept>>()

  async function acquire(user: SignedInUser, scopes: Scopes | undefined): Promise<AccessToken> {
    const plan = planFor(scopes, settings)
    const held = await tokens.read(user.session)
    const kept = held === undefined ? undefined : keptFor(plan, held)
    const now = clock()
    if (kept === undefined || now >= kept.staleAt)
      return new AccessToken((await renewed(user, plan)).kept)
    if (now < kept.refreshAt) return new AccessToken(kept)
    // The token is still good, so a renewal that fails is no reason to fail the request.
    return renewed(user, plan).then(
      (renewal) => new AccessToken(renewal.kept),
      () => new AccessToken(kept),
    )
  }

  /** One request to the platform for all requests of one session that need the same. */
  async function renewed(user: SignedInUser, plan: ScopePlan): Promise<Kept> {
    const key = cacheKey(tokens.nameOf(user.session), plan.resource, plan.scopes.join(' '))
    const running = renewals.get(key)
    if (running !== undefined) return running
    const renewal = renew(user, plan).finally(() => renewals.delete(key))
    renewals.set(key, renewal)
    return renewal
  }

  async function renew(user: SignedInUser, plan: ScopePlan): Promise<Kept> {
    const held = await tokens.readAgain(user.session)
    const already = held === undefined ? undefined : keptFor(plan, held)
    if (held !== undefined && already !== undefined && clock() < already.refreshAt) {
      return { held, kept: already }
    }
    if (held?.refreshToken === undefined) throw signInNeeded(plan)
    const response = await settings.endpoint.refresh({
      tenant: held.tenantId,
      scope: [...plan.scopes, 'offline_access'].join(' '),
      resource: plan.resource,
      refreshToken: held.refreshToken,
    })
    const kept = keptTokenOf(response, {
      resource: plan.resource,
      requested: plan.scopes,
      receivedAt: clock(),
    })
    const latest = withAnswer(held, { refreshToken: response.refresh_token, accessToken: kept })
    await tokens.save(user.session, latest)
    refuseIncomplete(plan, response.scope)
    return { held: latest, kept }
  }

  return (user) =>
    createTokenSource({
      acquire: (scopes) => acquire(user, scopes),
      graph: settings.graph,
      fetch: settings.fetch,
      delegated: true,
    })
}

function planFor(scopes: Scopes | undefined, settings: AcquisitionSettings): ScopePlan {
  return settings.plan({
    scopes: scopes ?? `${settings.graph.resource}/.default`,
    purpose: 'user',
  })
}

/** A token holds all that was ever granted for its resource, so one of the resource may do. */
function keptFor(plan: ScopePlan, held: UserTokens): KeptToken | undefined {
  return held.accessTokens.find(
    (kept) =>
      isSameResource(kept.resource, plan.resource) &&
      missingScopes(plan, kept.scopes.join(' ')).length === 0,
  )
}

/** R23: without a refresh token the next token comes by a redirect; that is a mode, not a fault. */
function signInNeeded(plan: ScopePlan): InteractionRequiredError {
  return new InteractionRequiredError({
    ...refusalFor(plan, plan.scopes),
    message:
      'There is no token for these scopes, and none can be had without the user. Send the user to ' +
      'sign in: requireToken() in front of the route or errors() after the routes does.',
    claims: undefined,
    next: 'sign-in',
  })
}

/** R34: a grant that raised no question may still lack what was asked for. */
function refuseIncomplete(plan: ScopePlan, granted: string | undefined): void {
  const missing = missingScopes(plan, granted)
  if (missing.length === 0) return
  throw new ConsentRequiredError({
    ...refusalFor(plan, missing),
    message: `The platform granted a token without ${missing.join(' ')}. The user has to consent.`,
    claims: undefined,
  })
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
