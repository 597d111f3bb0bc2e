import { afterEach, beforeAll, afterAll, describe, expect, it } from '@jest/globals'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { inspect } from 'node:util'
import {
  allowInsecureRequests,
  clientCredentialsGrant,
  ClientSecretPost,
  Configuration,
  customFetch,
  genericGrantRequest,
  refreshTokenGrant,
  authorizationCodeGrant,
  type ClientAuth,
  type CustomFetch,
} from 'openid-client'
import { boundedFetch } from '../../src/platform/bounded-fetch.js'
import { failureOf } from '../../src/platform/grant-failure.js'
import type { GrantContext } from '../../src/platform/grant-context.js'
import { authorityOf, endpointOf, authorityUrl } from '../../src/protocol/authority.js'
import { ConfigurationError } from '../../src/protocol/configuration-error.js'
import type { EntraError } from '../../src/protocol/entra-error.js'
import { PlatformUnavailableError } from '../../src/protocol/platform-unavailable-error.js'
import {
  AdminConsentRequiredError,
  CallerTokenRejectedError,
  ConsentRequiredError,
  CredentialRejectedError,
  InteractionRequiredError,
  RequestRefusedError,
  ThrottledError,
  TokenRefusedError,
} from '../../src/protocol/token-errors.js'
import { serve, type LoopbackServer } from '../support/loopback-server.js'

const clientId = '5e7f2d91-6b3a-4e88-a1c4-9d0b8f7e6a52'
const tenant = '7d1c9a10-5a6e-4a1d-8f6c-0b2f5e9d3a77'
const graph = 'https://graph.microsoft.com'
const now = Date.UTC(2001, 0, 1)
const secrets = {
  clientSecret: 'secret-of-the-client',
  assertion: 'assertion-of-the-caller',
  refreshToken: 'refresh-token-of-the-user',
  accessToken: 'access-token-of-the-answer',
}
const trace = {
  timestamp: '2001-01-01 10:00:00Z',
  trace_id: '6a1b2c3d-0000-4000-8000-00000000a001',
  correlation_id: '6a1b2c3d-0000-4000-8000-00000000a002',
}
const policyClaims =
  '{"access_token":{"polids":{"essential":true,"values":["00aa00aa-bb11-cc22-dd33-44ee44ee44ee"]}}}'

type Answer = (request: IncomingMessage, response: ServerResponse) => void
type Grant = 'on-behalf-of' | 'client_credentials' | 'refresh_token'

let server: LoopbackServer
let answer: Answer
const waiting: ServerResponse[] = []

beforeAll(async () => {
  server = await serve((request, response) => {
    request.resume()
    answer(request, response)
  })
})
afterEach(() => waiting.splice(0).forEach((response) => response.destroy()))
afterAll(() => server.stop())

function json(status: number, body: unknown, headers: Record<string, string> = {}): Answer {
  return (_, response) => {
    response.writeHead(status, { 'Content-Type': 'application/json; charset=utf-8', ...headers })
    response.end(typeof body === 'string' ? body : JSON.stringify(body))
  }
}

interface Circumstances {
  readonly timeout?: number
  readonly authentication?: ClientAuth
  readonly fetch?: CustomFetch
  readonly origin?: string
  readonly insecure?: 'refused'
}

function configurationOf(circumstances: Circumstances): Configuration {
  const authority = authorityOf(tenant, circumstances.origin ?? server.origin)
  const configuration = new Configuration(
    { issuer: authorityUrl(authority), token_endpoint: endpointOf(authority, 'token') },
    clientId,
    undefined,
    circumstances.authentication ?? ClientSecretPost(secrets.clientSecret),
  )
  configuration.timeout = circumstances.timeout ?? 10
  if (circumstances.fetch !== undefined) configuration[customFetch] = circumstances.fetch
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- deprecated to make its use stand out
  if (circumstances.insecure === undefined) allowInsecureRequests(configuration)
  return configuration
}

const scope = `${graph}/.default`
const grants: Record<Grant, (configuration: Configuration) => Promise<unknown>> = {
  'on-behalf-of': (configuration) =>
    genericGrantRequest(configuration, 'urn:ietf:params:oauth:grant-type:jwt-bearer', {
      assertion: secrets.assertion,
      requested_token_use: 'on_behalf_of',
      scope,
    }),
  client_credentials: (configuration) => clientCredentialsGrant(configuration, { scope }),
  refresh_token: (configuration) =>
    refreshTokenGrant(configuration, secrets.refreshToken, { scope }),
}

function contextOf(grant: string): GrantContext {
  const authority = authorityOf(tenant, server.origin)
  return { grant, resource: graph, scopes: [scope], authority, clientId, clock: () => now }
}

/** The typed error of a grant to which the server answers so. */
async function failure(
  grant: Grant,
  given: Answer,
  circumstances: Circumstances = {},
): Promise<EntraError> {
  answer = given
  const thrown: unknown = await grants[grant](configurationOf(circumstances)).then(
    () => undefined,
    (error: unknown) => error,
  )
  const found = failureOf(thrown, contextOf(grant))
  expectNothingOfTheRequestIn(found)
  return found
}

function expectNothingOfTheRequestIn(error: EntraError): void {
  expect(error.cause).toBeUndefined()
  const all = [inspect(error, { depth: 9, showHidden: true }), JSON.stringify(error), error.message]
  for (const secret of [...Object.values(secrets), 'wording']) {
    expect(all.join('\n')).not.toContain(secret)
  }
}

function refusal(code: number, error: string, more: Record<string, unknown> = {}) {
  const error_description = `AADSTS${code}: wording with ${secrets.assertion}.\r\nTrace ID: ${trace.trace_id}`
  return { error, error_description, error_codes: [code], ...trace, ...more }
}

describe('what the token endpoint refuses', () => {
  it('T16 on-behalf-of with multifactor authentication due needs interaction, with its claims', async () => {
    const body = refusal(50079, 'interaction_required', {
      suberror: 'basic_action',
      claims: policyClaims,
    })
    const error = await failure('on-behalf-of', json(400, body))
    expect(error).toBeInstanceOf(InteractionRequiredError)
    expect(error).toMatchObject({
      status: 401,
      claims: policyClaims,
      next: 'sign-in',
      aadsts: [50079],
      oauthError: 'interaction_required',
      suberror: 'basic_action',
      correlationId: trace.correlation_id,
      traceId: trace.trace_id,
      timestamp: trace.timestamp,
      resource: graph,
      scopes: [scope],
    })
    expect(error.message).toBe(
      `The platform refused a token on behalf of the caller for ${graph}. The user has to register ` +
        'for multifactor authentication. Send the user through a sign-in with the claims of this ' +
        `error. (AADSTS50079, interaction_required, basic_action, correlation ID ${trace.correlation_id})`,
    )
  })

  it('R13 missing consent of a user is its own error', async () => {
    const body = refusal(65001, 'invalid_grant', { suberror: 'consent_required' })
    const error = await failure('on-behalf-of', json(400, body))
    expect(error).toBeInstanceOf(ConsentRequiredError)
    expect(error).toMatchObject({ status: 401, suberror: 'consent_required', claims: undefined })
  })

  it('R13 R14 consent of an administrator is another, with the page for it', async () => {
    const error = await failure('refresh_token', json(400, refusal(90094, 'consent_required')))
    expect(error).toBeInstanceOf(AdminConsentRequiredError)
    const page = new URL(error instanceof AdminConsentRequiredError ? error.adminConsentUrl : '')
    expect(page.origin + page.pathname).toBe(`${server.origin}/${tenant}/v2.0/adminconsent`)
    expect(Object.fromEntries(page.searchParams)).toEqual({ client_id: clientId, scope })
  })

  it('R14 only an administrator consents for the application itself', async () => {
    const error = await failure('client_credentials', json(400, refusal(65001, 'invalid_grant')))
    expect(error).toBeInstanceOf(AdminConsentRequiredError)
  })

  it('T06 a revoked refresh token needs a sign-in', async () => {
    const body = refusal(50173, 'invalid_grant', { suberror: 'bad_token' })
    const error = await failure('refresh_token', json(400, body))
    expect(error).toBeInstanceOf(InteractionRequiredError)
    expect(error).toMatchObject({ suberror: 'bad_token', next: 'sign-in' })
  })

  it('T06 a code that was redeemed before restarts the sign-in', async () => {
    const error = await failure('refresh_token', json(400, refusal(54005, 'invalid_grant')))
    expect(error).toMatchObject({ code: 'ERR_ENTRA_INTERACTION_REQUIRED', next: 'restart' })
  })

  it('T21 a wrong secret is the credential, 500', async () => {
    const error = await failure('client_credentials', json(401, refusal(7000215, 'invalid_client')))
    expect(error).toBeInstanceOf(CredentialRejectedError)
    expect(error).toMatchObject({ status: 500, expose: false, aadsts: [7000215] })
    expect(error.message).toContain('not its ID')
  })

  it('T21 a 401 with a challenge, whose body openid-client leaves unread, is the credential too', async () => {
    const given = json(401, refusal(7000215, 'invalid_client'), {
      'WWW-Authenticate': 'Basic realm="x"',
    })
    expect(await failure('client_credentials', given)).toBeInstanceOf(CredentialRejectedError)
  })

  it.each([
    [500011, 'invalid_resource'],
    [1002012, 'invalid_scope'],
    [900144, 'invalid_request'],
    [7000112, 'unauthorized_client'],
    [70003, 'unsupported_grant_type'],
    [123456, 'something_new'],
  ])('a fault of configuration is 500: AADSTS%i %s', async (code, name) => {
    const error = await failure('client_credentials', json(400, refusal(code, name)))
    expect(error).toBeInstanceOf(RequestRefusedError)
    expect(error).toMatchObject({ status: 500, reason: 'configuration', aadsts: [code] })
  })

  it('a user who is not assigned is denied, 403, and not asked again', async () => {
    const error = await failure('on-behalf-of', json(400, refusal(50105, 'invalid_grant')))
    expect(error).toBeInstanceOf(RequestRefusedError)
    expect(error).toMatchObject({ status: 403, reason: 'denied' })
  })

  it('the app itself cannot interact: what asks for a user is a fault of configuration', async () => {
    const error = await failure('client_credentials', json(400, refusal(53003, 'invalid_grant')))
    expect(error).toMatchObject({ code: 'ERR_ENTRA_REQUEST_REFUSED', status: 500 })
  })

  it.each([50013, 500131, 500133, 240002, 7000114])(
    "T15 R44 AADSTS%i rejects the caller's token with 401 invalid_token",
    async (code) => {
      const error = await failure('on-behalf-of', json(400, refusal(code, 'invalid_grant')))
      expect(error).toBeInstanceOf(CallerTokenRejectedError)
      expect(error.status).toBe(401)
      expect(error.headers['WWW-Authenticate']).toContain('error="invalid_token"')
    },
  )

  it('goes by suberror and error when the number is unknown', async () => {
    const body = refusal(987654, 'invalid_grant', { suberror: 'consent_required' })
    expect(await failure('on-behalf-of', json(400, body))).toBeInstanceOf(ConsentRequiredError)
    const other = refusal(987654, 'invalid_grant')
    expect(await failure('on-behalf-of', json(400, other))).toBeInstanceOf(InteractionRequiredError)
  })

  it('reads the number from the description when error_codes is missing', async () => {
    const { error_codes: _, ...body } = refusal(7000222, 'invalid_client')
    const error = await failure('client_credentials', json(401, body))
    expect(error).toMatchObject({ code: 'ERR_ENTRA_CREDENTIAL_REJECTED', aadsts: [7000222] })
  })

  it('keeps no field that is not of its form', async () => {
    const body = {
      error: 'invalid_grant',
      suberror: `<b>${secrets.assertion}</b>`,
      error_codes: ['<b>', -1, 1.5, null],
      correlation_id: secrets.assertion,
      trace_id: 7,
      timestamp: `now ${secrets.assertion}`,
      claims: `{"access_token":"${secrets.assertion}"}`,
    }
    const error = await failure('on-behalf-of', json(400, body))
    expect(error).toMatchObject({ aadsts: [], suberror: undefined, correlationId: undefined })
    expect(error).toMatchObject({ traceId: undefined, timestamp: undefined, claims: undefined })
  })
})

describe('when to ask again', () => {
  it.each([
    ['7', 7],
    [new Date(now + 90_000).toUTCString(), 90],
    ['1000000000', 3600],
    ['1e9', 3600],
    ['-5', 60],
    ['0', 1],
    [undefined, 60],
  ])('T07 429 with Retry-After %s is throttled for %i seconds', async (header, seconds) => {
    const headers: Record<string, string> = header === undefined ? {} : { 'Retry-After': header }
    const given = json(429, refusal(50196, 'invalid_grant'), headers)
    const error = await failure('client_credentials', given)
    expect(error).toBeInstanceOf(ThrottledError)
    expect(error).toMatchObject({ status: 503, retryAfter: seconds })
    expect(error.headers['Retry-After']).toBe(String(seconds))
  })

  it('T07 429 is throttled whatever its body says', async () => {
    const headers = { 'Retry-After': '9' }
    for (const body of [refusal(65001, 'invalid_grant'), '<html>busy</html>', '{}']) {
      const error = await failure('refresh_token', json(429, body, headers))
      expect(error).toMatchObject({ code: 'ERR_ENTRA_THROTTLED', retryAfter: 9 })
    }
    const page: Answer = (_, response) => response.writeHead(429, headers).end('<html>')
    expect(await failure('refresh_token', page)).toMatchObject({ code: 'ERR_ENTRA_THROTTLED' })
  })

  it('T06 the loop that the platform detects (AADSTS50196) is throttled, not signed in again', async () => {
    const error = await failure('refresh_token', json(400, refusal(50196, 'invalid_grant')))
    expect(error).toMatchObject({ code: 'ERR_ENTRA_THROTTLED', retryAfter: 60 })
  })

  it.each([
    ['12', 12],
    [undefined, 5],
    ['1000000000', 3600],
  ])('T07 503 with Retry-After %s is an outage of %i seconds', async (header, seconds) => {
    const headers: Record<string, string> = header === undefined ? {} : { 'Retry-After': header }
    const error = await failure(
      'on-behalf-of',
      json(503, refusal(90033, 'temporarily_unavailable'), headers),
    )
    expect(error).toBeInstanceOf(PlatformUnavailableError)
    expect(error).toMatchObject({
      status: 503,
      retryAfter: seconds,
      endpoint: 'token',
      failure: 'status',
    })
    expect(error.headers['Retry-After']).toBe(String(seconds))
  })

  it('a passing fault that came with 400 is an outage too', async () => {
    const error = await failure(
      'refresh_token',
      json(400, refusal(90033, 'temporarily_unavailable')),
    )
    expect(error).toBeInstanceOf(PlatformUnavailableError)
    expect(error.message).toContain('AADSTS90033')
  })
})

describe('what is no answer', () => {
  const page: Answer = (_, response) => {
    response.writeHead(200, { 'Content-Type': 'text/html' }).end(`<p>${secrets.accessToken}</p>`)
  }
  const redirect: Answer = (_, response) => {
    response.writeHead(307, { Location: 'http://evil.example/' }).end()
  }
  const cut: Answer = (_, response) => {
    response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': '900' })
    response.write(`{"access_token":"${secrets.accessToken}`, () => response.destroy())
  }

  it.each<[string, Answer, string]>([
    ['500 HTML', json(500, '<html>', { 'Content-Type': 'text/html' }), 'status'],
    ['502 JSON', json(502, refusal(90033, 'server_error')), 'status'],
    ['a redirect', redirect, 'status'],
    ['200 HTML', page, 'content'],
    ['404 HTML', json(404, '<html>', { 'Content-Type': 'text/html' }), 'content'],
    ['400 without error', json(400, { message: 'nothing' }), 'content'],
    ['400 truncated', json(400, '{"error":"inva'), 'content'],
    ['200 no JSON', json(200, '{"access_token":'), 'content'],
    ['an array', json(200, []), 'content'],
    ['null', json(200, 'null'), 'content'],
    ['no token_type', json(200, { access_token: secrets.accessToken }), 'content'],
    [
      'another token_type',
      json(200, { access_token: secrets.accessToken, token_type: 'x' }),
      'content',
    ],
    ['a token that is a number', json(200, { access_token: 1, token_type: 'Bearer' }), 'content'],
    ['half an answer', cut, 'content'],
  ])('L29 %s is an outage, never a verdict', async (_, given, kind) => {
    const error = await failure('on-behalf-of', given)
    expect(error).toBeInstanceOf(PlatformUnavailableError)
    expect(error).toMatchObject({ status: 503, failure: kind })
  })

  it('a closed port is an outage, named as the system names it', async () => {
    const gone = await serve(() => undefined)
    await gone.stop()
    const error = await failure('refresh_token', json(200, {}), { origin: gone.origin })
    expect(error).toMatchObject({ code: 'ERR_ENTRA_PLATFORM_UNAVAILABLE', failure: 'network' })
    expect(error.message).toContain('ECONNREFUSED')
  })

  it('a failure of an injected fetch is an outage', async () => {
    const cause = Object.assign(new Error(secrets.assertion), { code: 'UND_ERR_SOCKET' })
    for (const thrown of [new TypeError('fetch failed', { cause }), cause]) {
      const error = await failure('on-behalf-of', json(200, {}), {
        fetch: () => Promise.reject(thrown),
      })
      expect(error).toMatchObject({ code: 'ERR_ENTRA_PLATFORM_UNAVAILABLE', failure: 'network' })
      expect(error.message).toContain('UND_ERR_SOCKET')
    }
  })

  it('an answer too large to be one is an outage', async () => {
    const large = json(200, `{"access_token":"${'x'.repeat(2 * 1024 * 1024)}"}`)
    const error = await failure('refresh_token', large, { fetch: boundedFetch(fetch) })
    expect(error).toMatchObject({ code: 'ERR_ENTRA_PLATFORM_UNAVAILABLE', failure: 'content' })
  })

  it('a connection that is reset is an outage', async () => {
    const reset: Answer = (request) => request.socket.destroy()
    const error = await failure('client_credentials', reset)
    expect(error).toMatchObject({ code: 'ERR_ENTRA_PLATFORM_UNAVAILABLE', failure: 'network' })
  })

  it.each<[string, Answer]>([
    ['headers', (_, response) => void waiting.push(response)],
    [
      'a body',
      (_, response) => {
        waiting.push(response)
        response.writeHead(200, { 'Content-Type': 'application/json' }).write('{')
      },
    ],
  ])('waiting for %s too long is an outage', async (_, given) => {
    const error = await failure('on-behalf-of', given, { timeout: 0.1 })
    expect(error).toMatchObject({ code: 'ERR_ENTRA_PLATFORM_UNAVAILABLE', failure: 'timeout' })
  })

  it('lets go of a body that nobody read', async () => {
    let cancelled = 0
    const unread: CustomFetch = () =>
      Promise.resolve(
        new Response(new ReadableStream({ cancel: () => void (cancelled += 1) }), { status: 503 }),
      )
    await failure('refresh_token', json(200, {}), { fetch: unread })
    expect(cancelled).toBe(1)
  })
})

describe('errors that are not of the platform', () => {
  it('gives back the error of this library that a credential threw', async () => {
    const own = new ConfigurationError({ message: 'The certificate file cannot be read.' })
    const authentication: ClientAuth = () => {
      throw own
    }
    expect(await failure('client_credentials', json(200, {}), { authentication })).toBe(own)
    expect(failureOf(own, contextOf('client_credentials'))).toBe(own)
  })

  it('says that credentials are sent over https only', async () => {
    const error = await failure('client_credentials', json(200, {}), { insecure: 'refused' })
    expect(error).toBeInstanceOf(ConfigurationError)
    expect(error).toMatchObject({ option: 'authorityHost' })
  })

  it('lets a mistake in a program be seen as one', () => {
    const mistake = new RangeError('oops')
    expect(() => failureOf(mistake, contextOf('refresh_token'))).toThrow(mistake)
  })

  it('lets a wrong call of openid-client be seen as one', async () => {
    const configuration = configurationOf({})
    const thrown: unknown = await refreshTokenGrant(configuration, '').catch(
      (error: unknown) => error,
    )
    expect(() => failureOf(thrown, contextOf('refresh_token'))).toThrow(TypeError)
  })
})

describe('an error in the redirect', () => {
  it.each([
    ['access_denied', 'AADSTS65004: wording', RequestRefusedError, 403],
    ['access_denied', 'AADSTS90094: wording', AdminConsentRequiredError, 401],
    ['login_required', 'AADSTS50058: wording', InteractionRequiredError, 401],
    ['consent_required', undefined, ConsentRequiredError, 401],
    ['temporarily_unavailable', undefined, PlatformUnavailableError, 503],
  ])('L14 L15 %s (%s) is typed by its number or name alone', async (name, text, type, status) => {
    const redirectUri = new URL('https://app.contoso.com/auth/callback?state=s')
    redirectUri.searchParams.set('error', name)
    redirectUri.searchParams.set('claims', policyClaims)
    if (text !== undefined) redirectUri.searchParams.set('error_description', text)
    const checks = { expectedState: 's', pkceCodeVerifier: secrets.assertion }
    const thrown: unknown = await authorizationCodeGrant(
      configurationOf({}),
      redirectUri,
      checks,
    ).catch((error: unknown) => error)
    const error = failureOf(thrown, contextOf('authorization_code'))
    expect(error).toBeInstanceOf(type)
    expect(error.status).toBe(status)
    expectNothingOfTheRequestIn(error)
    if (error instanceof InteractionRequiredError) expect(error.claims).toBeUndefined()
  })

  it('is told apart from other failures by its class', () => {
    expect(new ThrottledError({ ...emptyRefusal, retryAfterSeconds: 1 })).toBeInstanceOf(
      TokenRefusedError,
    )
  })
})

const emptyRefusal = {
  message: 'm',
  resource: undefined,
  scopes: [],
  aadsts: [],
  oauthError: undefined,
  suberror: undefined,
  correlationId: undefined,
  traceId: undefined,
  timestamp: undefined,
}
