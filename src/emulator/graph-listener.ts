import type { IncomingMessage, ServerResponse } from 'node:http'
import type { RequestRecord } from './request-record.js'
import type { FaultGate } from './faults.js'
import { requireAccess } from './conditional-access/graph-challenge.js'
import { createGraph } from './graph/graph.js'
import { verifyGraphToken } from './graph-token-verifier.js'
import { isKnownHost } from './http/known-host.js'
import type { Handler } from './http/loopback-server.js'
import { requestUrlOf } from './http/request-url.js'
import type { RequestRecorder } from './http/request-recorder.js'
import type { Platform } from './platform/platform.js'

export interface GraphListenerParts {
  platform: Platform
  recorder: RequestRecorder
  faults: FaultGate
}

/** Microsoft Graph as a request listener; the record of a request shows the claims of its token. */
export function createGraphListener(parts: GraphListenerParts): Handler {
  return function graphListener(request, response) {
    answer(parts, request, response).catch(() => response.destroy())
  }
}

async function answer(
  { platform, recorder, faults }: GraphListenerParts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  request.on('error', () => response.destroy())
  const url = requestUrlOf(request, 'http://localhost')
  const record = recorder.start(request, response, { endpoint: 'graph', url, tenant: undefined })
  if (!isKnownHost(request, `https://${platform.cloud.graphHost}`)) {
    response.writeHead(421).end()
    return
  }
  if (await faults.pass('graph', request, response)) graphFor(platform, record)(request, response)
}

function graphFor(platform: Platform, record: RequestRecord): Handler {
  const authorizationUri = `${platform.origin}/common/oauth2/authorize`
  return createGraph({
    directory: platform.directory,
    now: () => platform.now(),
    revokeSessions: (objectId) => {
      platform.access.revokeSessions(objectId)
    },
    graphHost: publicGraphHost(platform),
    authorizationUri,
    verify: async (bearer) => {
      const token = await verifyGraphToken(platform, bearer)
      record.token = { ...token.claims }
      requireAccess(platform.access, token, authorizationUri)
      return token
    },
  })
}

/** Under a public origin Graph's own links carry the public name as well. */
function publicGraphHost({ cloud }: Platform): string | undefined {
  return cloud.graphHost.startsWith('localhost:') ? undefined : cloud.graphHost
}
