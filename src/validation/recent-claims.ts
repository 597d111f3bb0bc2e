import { forgetClaims, type Caller } from '../protocol/caller.js'

/** More than requests that are under way at the same time, mostly. */
const mostRecent = 64

/**
 * Lets the latest callers keep the claims that were read for their verification; those before them
 * read theirs again if they are asked for. Most requests come with a known token and ask for none,
 * and thousands of remembered claims would be work for every collection of garbage.
 */
export function createRecentClaims(): (caller: Caller) => void {
  const recent: Caller[] = []
  let next = 0
  return (caller) => {
    const oldest = recent[next]
    if (oldest !== undefined) forgetClaims(oldest)
    recent[next] = caller
    next = (next + 1) % mostRecent
  }
}
