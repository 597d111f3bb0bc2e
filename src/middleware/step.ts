import type { Reply } from './reply.js'
import type { RequestView } from './request-view.js'

/** Answers a request, or lets it go on by answering nothing. Throws what the framework handles. */
export type Step = (request: RequestView) => Promise<Reply | undefined>

/** Answers an error that a handler threw, or leaves it to the framework. */
export type ErrorStep = (request: RequestView, error: unknown) => Promise<Reply | undefined>
