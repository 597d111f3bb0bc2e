import type { InteractivePrompt } from '../sign-in/authorization-request.js'

/** What the sign-in page can be told to do; `none` is left out, because it can never ask anybody. */
export const interactivePrompts: readonly InteractivePrompt[] = [
  'login',
  'consent',
  'select_account',
  'create',
]

export function isInteractivePrompt(value: string | undefined): value is InteractivePrompt {
  return interactivePrompts.some((prompt) => prompt === value)
}
