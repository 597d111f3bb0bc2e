import type { Request } from 'express'
import type { RequestView } from '../../middleware/request-view.js'
import { addHeaders } from '../node-http/add-headers.js'
import { formOf } from '../node-http/form.js'
import { headerOf, rawValuesOf } from '../node-http/raw-header.js'
import { sessionOf } from './express-session.js'

/** An Express request as the core sees it. */
export function viewOf(request: Request): RequestView {
  return {
    key: request,
    method: request.method,
    url: request.originalUrl,
    get authorization() {
      return rawValuesOf(request, 'authorization')
    },
    header: (name) => headerOf(request, name),
    form: () => formOf(request, request.body as unknown),
    addHeaders: (headers) => addHeaders(request.res, headers),
    get session() {
      return sessionOf(request)
    },
  }
}
