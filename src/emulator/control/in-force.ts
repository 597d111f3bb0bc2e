import type { Platform } from '../platform/platform.js'
import type { Controls } from './controls.js'

/** What differs from the platform's usual ways right now, one sentence each. */
export function inForce({ platform, faults }: Controls): string[] {
  return [...access(platform), ...throttled(platform), ...lifetimes(platform), ...failing(faults)]
}

function access(platform: Platform): string[] {
  const { mfa, sessions, blocks, contextOfGraph } = platform.access.list()
  return [
    ...mfa.map((policy) => {
      const what = 'resource' in policy ? nameOf(platform, policy.resource) : policy.context
      return `${what} takes multifactor authentication (AADSTS${policy.code ?? 50076}).`
    }),
    ...sessions.map(({ resource, seconds }) => {
      return `${nameOf(platform, resource)} takes a sign-in of the last ${seconds} seconds.`
    }),
    ...blocks.map(({ resource, user }) => {
      const account = user === undefined ? undefined : platform.registry.user(user)
      const who = account?.user.userPrincipalName ?? user ?? 'Everybody'
      return `${who} is blocked from ${nameOf(platform, resource)}.`
    }),
    ...(contextOfGraph === undefined
      ? []
      : [`Microsoft Graph asks for the authentication context ${contextOfGraph}.`]),
  ]
}

function throttled(platform: Platform): string[] {
  const { rules, detectsLoops } = platform.throttle.list()
  return [
    ...rules.map(({ client }) => {
      const who = client === undefined ? 'Every client' : nameOf(platform, client)
      return `${who} is throttled.`
    }),
    ...(detectsLoops ? ['Identical token requests are counted.'] : []),
  ]
}

function lifetimes(platform: Platform): string[] {
  return Object.entries(platform.lifetimes.current()).map(
    ([what, seconds]) => `Lifetime of ${what}: ${seconds} seconds.`,
  )
}

function failing(faults: Controls['faults']): string[] {
  return faults.list().map(({ endpoint, kind, status, times }) => {
    const how = kind === 'status' ? `status ${status ?? 503}` : kind
    const often = times === undefined ? '' : `, ${times} more times`
    return `Fault at ${endpoint}: ${how}${often}.`
  })
}

function nameOf({ registry }: Platform, appId: string): string {
  return registry.application(appId)?.displayName ?? appId
}
