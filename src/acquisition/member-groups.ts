import type { Caller, UserCaller } from '../protocol/caller.js'
import { EntraError } from '../protocol/entra-error.js'
import { PlatformUnavailableError } from '../protocol/platform-unavailable-error.js'
import type { TokenSource } from './token-source.js'

const usualPauseSeconds = 5

export interface MemberGroupsSettings {
  readonly onBehalfOf: (caller: Caller) => TokenSource
  /** Milliseconds that Graph may take; 4,500 by default. */
  readonly deadline?: number
}

/**
 * The object ids of the groups (and directory roles) a user is a member of, also through other
 * groups, asked of Microsoft Graph on behalf of the user. Needs the delegated permission
 * `User.Read`. For a token with too many groups to list: the address that such a token names is
 * never visited.
 *
 * @throws PlatformUnavailableError (503) when Graph cannot be reached or answers nonsense, so that
 *   not knowing never reads as "no groups"; GraphRequestError; and what `onBehalfOf()` throws.
 * @see https://learn.microsoft.com/graph/api/directoryobject-getmemberobjects
 */
export function createMemberGroups(
  settings: MemberGroupsSettings,
): (caller: UserCaller) => Promise<readonly string[]> {
  const { onBehalfOf, deadline = 4_500 } = settings

  return async function memberGroupsOf(caller) {
    const answer = await onBehalfOf(caller)
      .graph.post(
        '/me/getMemberObjects',
        { securityEnabledOnly: false },
        { signal: AbortSignal.timeout(deadline) },
      )
      .catch((error: unknown) => {
        throw error instanceof EntraError ? error : unavailable(failureOf(error))
      })
    const groups = answer?.['value']
    if (isTexts(groups)) return groups
    throw unavailable('content')
  }
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((entry) => typeof entry === 'string')
}

/** How fetch, or reading what it brought, failed. */
function failureOf(error: unknown): 'network' | 'timeout' | 'content' {
  if (error instanceof SyntaxError) return 'content'
  const { name } = Object(error) as { name?: unknown }
  return name === 'TimeoutError' ? 'timeout' : 'network'
}

function unavailable(failure: 'network' | 'timeout' | 'content'): PlatformUnavailableError {
  return new PlatformUnavailableError({
    endpoint: 'graph',
    failure,
    retryAfter: usualPauseSeconds,
    detail: 'The group memberships of the caller could not be read.',
  })
}
