import type { Authority } from '../protocol/authority.js'

/** Origins that a form of the app may lead to by redirect, for helmet's `form-action`. */
export function formActionSourcesOf(authority: Authority): readonly string[] {
  return Object.freeze(["'self'", authority.origin])
}
