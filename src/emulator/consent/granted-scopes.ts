import { graphAppId } from '../directory.js'
import { consentMissing } from '../errors/catalogue.js'
import type { Platform } from '../platform/platform.js'
import { isOpenidScope, defaultScope } from '../scopes/parse-scope.js'
import type { ResourceRequest, ScopePlan } from '../scopes/scope-plan.js'
import { consentedScopes, hasConsented, type ConsentQuestion } from './consented-scopes.js'

/**
 * The short names for `scp`: everything that holds for the API, which may be more than was asked
 * for. Anything asked for and not held is AADSTS65001.
 */
export function grantedScopes(
  platform: Platform,
  question: ConsentQuestion,
  request: ResourceRequest,
): string[] {
  const { client } = question
  const held = consentedScopes(platform, question, request.resource)
  const isMissing = request.usesDefault
    ? held.length === 0
    : request.names.some((name) => !held.includes(name))
  if (isMissing) throw consentMissing(client.appId, client.displayName)
  return held
}

/** OpenID scopes need no more than that the user has consented to something. */
export function requireSignInConsent(platform: Platform, question: ConsentQuestion): void {
  const { client } = question
  if (!hasConsented(platform, question)) throw consentMissing(client.appId, client.displayName)
}

/**
 * `scope` of the answer: OpenID scopes without offline_access, then the granted permissions by
 * their full names, then `.default` when that was asked for.
 */
export function scopeOfAnswer(
  plan: ScopePlan,
  request: ResourceRequest | undefined,
  granted: readonly string[],
): string {
  const openid = plan.openid.filter((scope) => scope !== 'offline_access').sort()
  if (request === undefined) return openid.join(' ')
  const isGraph = request.resource.appId === graphAppId
  const names = isGraph ? granted.filter((name) => !isOpenidScope(name)) : granted
  const all = request.usesDefault ? [...names, defaultScope] : names
  return [...openid, ...all.map((name) => `${request.identifier}/${name}`)].join(' ')
}
