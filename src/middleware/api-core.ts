import type { AcquisitionSettings } from '../acquisition/acquisition-settings.js'
import { createAppOnly, type ForAppOptions } from '../acquisition/app-only.js'
import { createOnBehalfOf } from '../acquisition/on-behalf-of.js'
import type { TokenSource } from '../acquisition/token-source.js'
import type { JwtVerifier } from '../platform/verified-jwt.js'
import type { Caller } from '../protocol/caller.js'
import { endpointOf } from '../protocol/authority.js'
import { ConfigurationError } from '../protocol/configuration-error.js'
import { createTokenValidator } from '../validation/access-token.js'
import { bearerTokenOf } from '../validation/bearer.js'
import { compileRequirement } from '../validation/compile-requirement.js'
import { createApiGuards, type ApiGuards, type Guard } from './api-guards.js'
import { createCallers, type Callers } from './callers.js'
import type { Settings } from './settings.js'

/** The part of an instance that protects an API and gets tokens for its callers and for the app. */
export interface ApiCore {
  readonly guards: ApiGuards<Guard>
  readonly callers: Callers
  verifyToken(token: string): Promise<Caller>
  onBehalfOf(caller: Caller): TokenSource
  forApp(options?: ForAppOptions): TokenSource
}

export function createApiCore(
  settings: Settings,
  verifier: JwtVerifier,
  acquisition: AcquisitionSettings,
): ApiCore {
  const callers = createCallers()
  const validator = createTokenValidator({ ...settings, verifier })
  const requirements = {
    ...settings,
    authorizationUri: endpointOf(settings.authority, 'authorize'),
  }
  const onBehalfOf = createOnBehalfOf(acquisition)
  const forApp = createAppOnly(acquisition)
  return {
    callers,
    guards: createApiGuards((requirement) => {
      const satisfy = compileRequirement(requirement, requirements)
      return async (request) => {
        const caller = await validator.verify(bearerTokenOf(request.authorization))
        await satisfy(caller)
        callers.remember(request.key, caller)
        return caller
      }
    }),
    verifyToken: (token) => validator.verify(token),
    onBehalfOf(caller) {
      requireCredential(settings, 'onBehalfOf()')
      return onBehalfOf(caller)
    },
    forApp(options) {
      requireCredential(settings, 'forApp()')
      return forApp(options)
    },
  }
}

/** R04: what needs a credential says so before it sends anything. */
function requireCredential(settings: Settings, use: string): void {
  if (settings.credential !== undefined) return
  throw new ConfigurationError({
    message:
      `${use} needs a credential, and none is configured. Expected { secret } or { certificate }; ` +
      `both stand under "Certificates & secrets" of the app registration.`,
    option: 'credential',
    environmentVariable: 'AZURE_CLIENT_SECRET or AZURE_CLIENT_CERTIFICATE_PATH',
  })
}
