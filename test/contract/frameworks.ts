import type { Framework } from './framework.js'
import { express4, express5 } from './frameworks/express.js'
import { fastify5 } from './frameworks/fastify.js'
import { koa } from './frameworks/koa.js'

/** The frameworks that the contract is run over. */
export const frameworks: readonly Framework[] = [express5, express4, koa, fastify5]
