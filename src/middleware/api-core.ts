import type { AcquisitionSettings } from '../acquisition/acquisition-settings.js'
import { createAppOnly, type ForAppOptions } from '../acquisition/app-only.js'
import { createMemberGroups } from '../acquisition/member-groups.js'
import { createOnBehalfOf } from '../acquisition/on-behalf-of.js'
import type { TokenSource } from '../acquisition/token-source.js'
import type { JwtVerifier } from '../platform/verified-jwt.js'
import { AccessRefusal } from '../protocol/access-errors.js'
import type { ChallengeContext } from '../protocol/bearer-challenge.js'
import { after, isLater } from '../protocol/at-once.js'
import type { Caller } from '../protocol/caller.js'
import { NoCallerError } from '../protocol/no-caller-error.js'
import { observerOf } from '../protocol/telemetry.js'
import { createTokenValidator } from '../validation/access-token.js'
import { bearerTokenOf } from '../validation/bearer.js'
import { compileRequirement } from '../validation/compile-requirement.js'
import type { AccessRequirement } from '../validation/requirement.js'
import type { RememberedToken } from '../validation/token-memo.js'
import { createApiGuards, type ApiGuards, type Guard } from './api-guards.js'
import { createCallers, type Callers } from './callers.js'
import { createCorrelation } from './correlation.js'
import { credentialMissing } from './credential-missing.js'
import { createDeclaredScopes, scopesNamedBy } from './declared-scopes.js'
import { createProtectedResource, type ProtectedResourceOptions } from './protected-resource.js'
import type { Settings } from './settings.js'
import type { RequestView } from './request-view.js'
import type { PluginStep } from './step.js'

/** The part of an instance that protects an API and gets tokens for its callers and for the app. */
export interface ApiCore {
  readonly guards: ApiGuards<Guard>
  readonly callers: Callers
  verifyToken(token: string): Promise<Caller>
  /** GUID under which a request is found in logs. */
  readonly correlationOf: (request: RequestView) => string
  protectedResourceMetadata(options: ProtectedResourceOptions): PluginStep
  purgeKeys(): void
  /** @param correlationId GUID under which requests are found in logs; a new one each when left out. */
  onBehalfOf(caller: Caller, correlationId?: string): TokenSource
  forApp(options?: ForAppOptions): TokenSource
}

export function createApiCore(
  settings: Settings,
  verifier: JwtVerifier,
  acquisition: AcquisitionSettings,
): ApiCore {
  const callers = createCallers()
  const correlationOf = createCorrelation()
  const observe = observerOf(settings.telemetry)
  const scopes = createDeclaredScopes(settings)
  const validator = createTokenValidator({ ...settings, verifier })
  const onBehalfOf = createOnBehalfOf(acquisition)
  const forApp = createAppOnly(acquisition)
  const requirements = {
    ...settings,
    // Without a credential nobody can be asked, and who has too many groups is refused.
    groupsOf: settings.credential === undefined ? undefined : createMemberGroups({ onBehalfOf }),
  }

  function requireAccess(requirement: AccessRequirement): Guard {
    const satisfy = compileRequirement(requirement, requirements)
    const challenge = askingFor(settings.challenge, scopes.declare(scopesNamedBy(requirement)))

    function admitted(request: RequestView): Caller | Promise<Caller> {
      return after(verifiedIn(request.authorization, challenge), (caller) =>
        after(satisfy(caller), () => {
          callers.remember(request.key, caller)
          return caller
        }),
      )
    }

    function guard(request: RequestView): Caller | Promise<Caller> {
      const refused = (error: unknown): never => {
        tell(error, () => correlationOf(request))
        throw error
      }
      try {
        const admission = admitted(request)
        return isLater(admission) ? admission.catch(refused) : admission
      } catch (error) {
        return refused(error)
      }
    }

    if (settings.telemetry === undefined) return guard
    return (request) => observe(guarding, async () => guard(request))
  }

  /** The caller of a request: at once when its token is a known one. */
  function verifiedIn(
    authorization: readonly string[],
    challenge: ChallengeContext,
  ): Caller | Promise<Caller> {
    let known: RememberedToken | undefined
    const token = bearerTokenOf(authorization, challenge, (text) => {
      known = validator.recall(text)
      return known !== undefined
    })
    return (known && validator.holding(known)) ?? validator.verify(token)
  }

  async function verifyToken(token: string): Promise<Caller> {
    try {
      return await validator.verify(token)
    } catch (error) {
      tell(error, () => crypto.randomUUID())
      throw error
    }
  }

  /** Each refusal is told once, and then answers the request. */
  function tell(error: unknown, correlation: () => string): void {
    if (!(error instanceof AccessRefusal)) return
    const { code, status, reason, explanation } = error
    const correlationId = correlation()
    settings.onEvent({ type: 'request-refused', code, status, reason, explanation, correlationId })
  }

  return {
    callers,
    correlationOf,
    guards: createApiGuards(requireAccess),
    verifyToken: (token) => observe(guarding, () => verifyToken(token)),
    protectedResourceMetadata: (options) =>
      createProtectedResource({ ...settings, scopes }, options),
    purgeKeys: () => {
      verifier.purgeKeys()
    },
    onBehalfOf(caller, correlationId) {
      requireCredential(settings, 'onBehalfOf()')
      if (!validator.isOwn(caller)) throw new NoCallerError()
      return onBehalfOf(caller, correlationId)
    },
    forApp(options) {
      if (settings.managedIdentity === undefined) requireCredential(settings, 'forApp()')
      return forApp(options)
    },
  }
}

const guarding = { kind: 'guard' } as const

/**
 * Who is led to the metadata for a first token is told what to ask for, so that it need not ask for
 * everything that stands there.
 */
function askingFor(challenge: ChallengeContext, scopes: readonly string[]): ChallengeContext {
  const isLed = challenge.resourceMetadata !== undefined && scopes.length > 0
  return isLed ? { ...challenge, scope: scopes.join(' ') } : challenge
}

/** R04: what needs a credential says so before it sends anything. */
function requireCredential(settings: Settings, use: string): void {
  if (settings.credential === undefined) throw credentialMissing(use, settings)
}
