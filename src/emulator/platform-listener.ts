import type { IncomingMessage, ServerResponse } from 'node:http'
import { adminConsentEndpoint } from './admin-consent/admin-consent-endpoint.js'
import { authorizeEndpoint, resumeEndpoint } from './authorize/authorize-endpoint.js'
import { interactionEndpoint } from './authorize/interaction-endpoint.js'
import {
  discoveryEndpoint,
  instanceDiscoveryEndpoint,
  keysEndpoint,
} from './platform/metadata-endpoints.js'
import { controlEndpoint, isControlPath } from './control/control-endpoint.js'
import type { Endpoint } from './emulator-switches.js'
import type { DirectoryFile } from './emulator.js'
import { malformedRequest } from './errors/catalogue.js'
import { traceFor } from './errors/trace.js'
import type { FaultGate } from './faults.js'
import { clientRequestIdOf, type Exchange } from './http/exchange.js'
import { isKnownHost } from './http/known-host.js'
import { readForm } from './http/read-form.js'
import { addParameters, type RequestRecorder } from './http/request-recorder.js'
import { requestUrlOf } from './http/request-url.js'
import { errorPageReply, pageReply, sendReply } from './http/reply.js'
import { errorPage } from './pages/error.js'
import { signOutEndpoint } from './sign-out/sign-out-endpoint.js'
import { deviceCodeEndpoint } from './token-endpoint/device-code-endpoint.js'
import { tokenEndpoint } from './token-endpoint/token-endpoint.js'
import type { Services } from './platform/services.js'
import { workloadRoutes } from './workload/workload-routes.js'

export interface ListenerParts {
  services: Services
  recorder: RequestRecorder
  faults: FaultGate
  publicOrigin: string | undefined
  directoryFile: DirectoryFile | undefined
}

/** The sign-in platform as a request listener. */
export function createPlatformListener(
  parts: ListenerParts,
): (request: IncomingMessage, response: ServerResponse) => void {
  return function platformListener(request, response) {
    answer(parts, request, response).catch(() => response.destroy())
  }
}

type Answer = (services: Services, exchange: Exchange) => Promise<void> | void

const routes: readonly (readonly [path: RegExp, endpoint: Endpoint, answer: Answer])[] = [
  [/^(\/v2\.0)?\/\.well-known\/openid-configuration$/, 'discovery', discoveryEndpoint],
  [/^\/discovery\/instance$/, 'discovery', instanceDiscoveryEndpoint],
  [/^\/discovery(\/v2\.0)?\/keys$/, 'keys', keysEndpoint],
  [/^\/oauth2(\/v2\.0)?\/authorize$/, 'authorize', authorizeEndpoint],
  [/^\/oauth2\/v2\.0\/authorize\/[\w-]+$/, 'other', resumeEndpoint],
  [/^\/interaction\/[\w-]+$/, 'other', interactionEndpoint],
  [/^\/oauth2(\/v2\.0)?\/token$/, 'token', tokenEndpoint],
  [/^\/oauth2(\/v2\.0)?\/devicecode$/, 'other', deviceCodeEndpoint],
  [/^\/oauth2(\/v2\.0)?\/logout$/, 'logout', signOutEndpoint],
  [/^(\/v2\.0)?\/adminconsent$/, 'adminconsent', adminConsentEndpoint],
]

async function answer(
  { services, recorder, faults, publicOrigin, directoryFile }: ListenerParts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  request.on('error', () => response.destroy())
  const url = requestUrlOf(request, services.platform.origin)
  if (isControlPath(url.pathname) && isKnownHost(request, publicOrigin)) {
    const { platform } = services
    await controlEndpoint({ platform, recorder, faults, directoryFile }, request, response)
    return
  }
  const [, tenant = '', path = ''] = /^\/([^/]*)(\/.*)?$/s.exec(url.pathname) ?? []
  const [, endpoint, handle] =
    workloadRoutes.find(([pattern]) => pattern.test(url.pathname)) ??
    routes.find(([pattern]) => pattern.test(path)) ??
    []
  const record = recorder.start(request, response, { endpoint: endpoint ?? 'other', url, tenant })
  if (!isKnownHost(request, publicOrigin)) {
    refuseHost(response)
    return
  }
  const form =
    request.method === 'POST' ? readForm(request) : Promise.resolve(new URLSearchParams())
  const fields = await form.catch(() => new URLSearchParams()) // told where the form is needed
  addParameters(record, fields)
  if (!(await faults.pass(endpoint ?? 'other', request, response))) return
  if (handle === undefined) {
    otherwise(services, { url, response })
    return
  }
  await handle(services, {
    request,
    response,
    url,
    tenant: decoded(tenant),
    path,
    clientRequestId: clientRequestIdOf(request, [fields, url.searchParams]),
    form: () => form,
  })
}

function refuseHost(response: ServerResponse): void {
  response.writeHead(421, { 'content-type': 'text/plain; charset=utf-8' })
  response.end('The emulator answers on loopback only, under localhost or its publicOrigin.\n')
}

/** The page behind `error_uri`, and everything that does not exist. */
function otherwise(
  { platform }: Services,
  { url, response }: { url: URL; response: ServerResponse },
): void {
  const trace = traceFor(platform.now(), undefined)
  const code = Number(url.searchParams.get('code'))
  if (url.pathname === '/error' && Number.isSafeInteger(code) && code > 0) {
    const message = 'See the list of error codes at Microsoft.'
    sendReply(response, pageReply(errorPage({ code, message, trace })))
    return
  }
  const error = malformedRequest('There is nothing at this address.')
  sendReply(response, { ...errorPageReply(error, trace), status: 404 })
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}
