import type { CustomFetch } from 'openid-client'
import { PlatformUnavailableError } from '../protocol/platform-unavailable-error.js'
import { retryAfterOf } from '../protocol/retry-after.js'
import { boundedFetch } from './bounded-fetch.js'
import type { CredentialContext } from './credential-context.js'
import { managedIdentityTokenIn, type ManagedIdentityToken } from './managed-identity-answer.js'
import { managedIdentityEndpointOf } from './managed-identity-endpoint.js'
import { restingAfterRejection } from './managed-identity-rest.js'
import type { ManagedIdentityOption } from './managed-identity-option.js'
import { isPassing, managedIdentityRefusalOf } from './managed-identity-refusal.js'

/** An identity that Azure gives to the machine the app runs on. */
export interface ManagedIdentity {
  /**
   * A token of the identity for one API.
   *
   * @param resource The API, without `/.default`.
   * @param refused SHA-256, in hexadecimal, of a token that the API has refused: the machine keeps
   *   tokens as well, and App Service gives another one for it. Elsewhere nothing can be told.
   * @throws CredentialRejectedError when the machine has no such identity, RequestRefusedError
   *   when the platform refuses the API, PlatformUnavailableError when there is no answer.
   */
  token(resource: string, refused?: string): Promise<ManagedIdentityToken>
}

export interface ManagedIdentityContext extends CredentialContext {
  /** What this client can do, such as `cp1`. */
  readonly clientCapabilities?: readonly string[]
  /** Waits between two attempts; milliseconds. */
  readonly wait?: (duration: number) => Promise<void>
}

const attempts = 3
const deadline = 2_500
const pause = 1_000

/**
 * The managed identity of this machine, or the user-assigned one with the client ID.
 *
 * @throws ConfigurationError where managed identities are not supported.
 * @see https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/overview
 */
export function createManagedIdentity(
  { clientId }: ManagedIdentityOption,
  context: ManagedIdentityContext,
): ManagedIdentity {
  const { clock, clientCapabilities = [], wait = sleep } = context
  const endpoint = managedIdentityEndpointOf(context.host)
  const send = boundedFetch(context.fetch)

  function addressFor(resource: string, refused: string | undefined): string {
    const url = new URL(endpoint.url)
    url.searchParams.set('api-version', endpoint.apiVersion)
    url.searchParams.set('resource', resource)
    if (clientId !== undefined) url.searchParams.set('client_id', clientId)
    if (endpoint.kind === 'app-service') {
      if (clientCapabilities.length > 0)
        url.searchParams.set('xms_cc', clientCapabilities.join(','))
      if (refused !== undefined) url.searchParams.set('token_sha256_to_refresh', refused)
    }
    return url.href
  }

  /** The last answer, or the first that another attempt would not change. */
  async function answerFor(address: string): Promise<Response> {
    for (let attempt = 1; ; attempt += 1) {
      const response = await ask(send, address, endpoint.headers)
      const wanted = retryAfterOf(response.headers.get('retry-after'), clock()) ?? 0
      if (!isPassing(response.status) || attempt === attempts || wanted * 1000 > pause) {
        return response
      }
      release(response)
      await wait(pause)
    }
  }

  async function token(resource: string, refused?: string): Promise<ManagedIdentityToken> {
    const response = await answerFor(addressFor(resource, refused))
    if (response.status === 200) return managedIdentityTokenIn(await contentOf(response), clock())
    throw await managedIdentityRefusalOf({ ...context, resource, identity: clientId, response })
  }

  return Object.freeze({ token: restingAfterRejection(token, clock) })
}

async function ask(
  send: CustomFetch,
  url: string,
  headers: Readonly<Record<string, string>>,
): Promise<Response> {
  try {
    const signal = AbortSignal.timeout(deadline)
    const request = { method: 'GET', headers: { ...headers }, redirect: 'manual', signal } as const
    return await send(url, { ...request, body: undefined })
  } catch (error) {
    throw unanswered(error)
  }
}

async function contentOf(response: Response): Promise<unknown> {
  try {
    return JSON.parse(await response.text())
  } catch {
    return undefined
  }
}

/** Told by the name: errors of fetch may be of another realm than this module's. */
function unanswered(error: unknown): PlatformUnavailableError {
  const { name } = Object(error) as { name?: unknown }
  return new PlatformUnavailableError({
    endpoint: 'managed-identity',
    failure: name === 'TimeoutError' || name === 'AbortError' ? 'timeout' : 'network',
    detail:
      'Only machines in Azure have managed identities, and requests for their tokens must not go ' +
      'through a proxy.',
    retryAfter: 5,
  })
}

function release(response: Response): void {
  response.body?.cancel().catch(() => undefined)
}

function sleep(duration: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, duration)
  })
}
