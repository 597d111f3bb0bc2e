import type { Context } from 'koa'
import type { RequestView } from '../../middleware/request-view.js'
import { addHeaders } from '../node-http/add-headers.js'
import { formOf } from '../node-http/form.js'
import { headerOf, rawValuesOf } from '../node-http/raw-header.js'
import { sessionOf } from './koa-session.js'

/** A Koa context as the core sees it. */
export function viewOf(context: Context): RequestView {
  return {
    key: context.req,
    method: context.method,
    url: context.originalUrl,
    get authorization() {
      return rawValuesOf(context.req, 'authorization')
    },
    header: (name) => headerOf(context.req, name),
    form: () => formOf(context.req, parsedBodyOf(context)),
    addHeaders: (headers) => addHeaders(context.res, headers),
    get session() {
      return sessionOf(context)
    },
  }
}

/** Koa's body parsers leave what they read on `ctx.request.body`. */
function parsedBodyOf(context: Context): unknown {
  return (context.request as { body?: unknown }).body
}
