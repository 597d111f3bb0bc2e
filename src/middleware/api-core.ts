import type { AcquisitionSettings } from '../acquisition/acquisition-settings.js'
import { createAppOnly, type ForAppOptions } from '../acquisition/app-only.js'
import { createMemberGroups } from '../acquisition/member-groups.js'
import { createOnBehalfOf } from '../acquisition/on-behalf-of.js'
import type { TokenSource } from '../acquisition/token-source.js'
import type { JwtVerifier } from '../platform/verified-jwt.js'
import { AccessRefusal } from '../protocol/access-errors.js'
import type { Caller } from '../protocol/caller.js'
import { createTokenValidator } from '../validation/access-token.js'
import { bearerTokenOf } from '../validation/bearer.js'
import { compileRequirement } from '../validation/compile-requirement.js'
import type { AccessRequirement } from '../validation/requirement.js'
import { createApiGuards, type ApiGuards, type Guard } from './api-guards.js'
import { createCallers, type Callers } from './callers.js'
import { credentialMissing } from './credential-missing.js'
import { createDeclaredScopes, scopesNamedBy } from './declared-scopes.js'
import { createProtectedResource, type ProtectedResourceOptions } from './protected-resource.js'
import type { Settings } from './settings.js'
import type { PluginStep } from './step.js'

/** The part of an instance that protects an API and gets tokens for its callers and for the app. */
export interface ApiCore {
  readonly guards: ApiGuards<Guard>
  readonly callers: Callers
  verifyToken(token: string): Promise<Caller>
  protectedResourceMetadata(options: ProtectedResourceOptions): PluginStep
  purgeKeys(): void
  onBehalfOf(caller: Caller): TokenSource
  forApp(options?: ForAppOptions): TokenSource
}

export function createApiCore(
  settings: Settings,
  verifier: JwtVerifier,
  acquisition: AcquisitionSettings,
): ApiCore {
  const callers = createCallers()
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
    scopes.declare(scopesNamedBy(requirement))
    return async function guard(request) {
      const caller = await telling(async () => {
        const verified = await validator.verify(
          bearerTokenOf(request.authorization, settings.challenge, (token) =>
            validator.remembers(token),
          ),
        )
        await satisfy(verified)
        return verified
      })
      callers.remember(request.key, caller)
      return caller
    }
  }

  /** Each refusal is told once, and then answers the request. */
  async function telling(work: () => Promise<Caller>): Promise<Caller> {
    try {
      return await work()
    } catch (error) {
      if (error instanceof AccessRefusal) {
        const { code, status, reason, explanation } = error
        settings.onEvent({ type: 'request-refused', code, status, reason, explanation })
      }
      throw error
    }
  }

  return {
    callers,
    guards: createApiGuards(requireAccess),
    verifyToken: (token) => telling(() => validator.verify(token)),
    protectedResourceMetadata: (options) =>
      createProtectedResource({ ...settings, scopes }, options),
    purgeKeys: () => {
      verifier.purgeKeys()
    },
    onBehalfOf(caller) {
      requireCredential(settings, 'onBehalfOf()')
      return onBehalfOf(caller)
    },
    forApp(options) {
      if (settings.managedIdentity === undefined) requireCredential(settings, 'forApp()')
      return forApp(options)
    },
  }
}

/** R04: what needs a credential says so before it sends anything. */
function requireCredential(settings: Settings, use: string): void {
  if (settings.credential === undefined) throw credentialMissing(use, settings)
}
