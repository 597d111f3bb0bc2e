import type { Reply } from './reply.js'
import type { RequestView } from './request-view.js'

/**
 * Answers a request, or lets it go on by answering nothing: at once, where nothing has to be waited
 * for. Throws, or rejects with, what the framework handles.
 */
export type Step = (request: RequestView) => Answer | Promise<Answer>

export type Answer = Reply | undefined

/** Answers an error that a handler threw, or leaves it to the framework. */
export type ErrorStep = (request: RequestView, error: unknown) => Promise<Reply | undefined>

/**
 * A step that looks at every request and answers some paths by itself. A framework that runs
 * nothing on paths it does not know has to be told of them.
 */
export interface PluginStep extends Step {
  /** From the root of the public origin, such as `/auth/callback`. */
  readonly paths: readonly string[]
}

export function pluginStep(paths: readonly string[], step: Step): PluginStep {
  return Object.assign((request: RequestView) => step(request), { paths })
}
