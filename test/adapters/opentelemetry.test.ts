import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { context, SpanKind, SpanStatusCode, trace, type MeterProvider } from '@opentelemetry/api'
import express from 'express'
import type { EntraEvent } from 'entrada'
import { contosoDirectory, startEmulator, type Emulator } from 'entrada/emulator'
import { entra, type EntraOptions, type ExpressIdentity } from 'entrada/express'
import { openTelemetry } from 'entrada/opentelemetry'
import {
  ada,
  adaId,
  contosoId,
  startIdentityApp,
  tasksApiId,
  webAppId,
} from '../support/identity-app.js'
import { serve, type LoopbackServer } from '../support/loopback-server.js'
import { startObservatory, type Observatory } from '../support/observed.js'
import { createUserAgent, signIn } from '../support/user-agent.js'

const daemonId = '8a2e4c6f-1b3d-4f59-b7a0-c5d3e1f90264'
const secret = 'tasks-api-secret-for-the-emulator-only'

let emulator: Emulator
let observatory: Observatory
let api: ObservedApi

interface Sent {
  readonly url: string
  readonly headers: Headers
}

const addressOf = (input: Parameters<typeof fetch>[0]) =>
  input instanceof Request ? input.url : new URL(input).href

interface ObservedApi {
  readonly identity: ExpressIdentity
  readonly server: LoopbackServer
  readonly events: EntraEvent[]
  readonly sent: Sent[]
  get(path: string, token?: string, headers?: Record<string, string>): Promise<Response>
}

/** An API whose requests run inside a span, as those of an instrumented server do. */
async function startApi(options: EntraOptions = {}): Promise<ObservedApi> {
  const events: EntraEvent[] = []
  const sent: Sent[] = []
  const identity = entra({
    tenant: contosoId,
    clientId: tasksApiId,
    credential: { secret },
    authorityHost: emulator.origin,
    graphEndpoint: emulator.graphOrigin,
    telemetry: openTelemetry(observatory),
    onEvent: (event) => events.push(event),
    fetch(input, init) {
      sent.push({ url: addressOf(input), headers: new Headers(init?.headers) })
      return fetch(input, init)
    },
    ...options,
  })
  const app = express()
  app.set('env', 'test') // Express prints unhandled errors in other environments
  app.use((request, _response, next) => {
    const span = observatory.tracerProvider.getTracer('http').startSpan(request.path)
    context.with(trace.setSpan(context.active(), span), next)
    span.end()
  })
  app.get('/tasks', identity.requireScopes('Tasks.Read'), (_request, response) => {
    response.json([])
  })
  app.get('/me', identity.requireScopes('access_as_user'), async (request, response) => {
    response.json(await identity.onBehalfOf(request).graph.get('/me'))
  })
  app.get('/photo', identity.requireScopes('access_as_user'), async (request, response) => {
    const source = identity.onBehalfOf(request)
    const { own } = request.query
    const headers = typeof own === 'string' ? { 'client-request-id': own } : {}
    await source.fetch(`${emulator.graphOrigin}/v1.0/me`, { headers })
    response.end()
  })
  app.get('/mail', identity.requireScopes('access_as_user'), async (request, response) => {
    const needs = { needs: 'Mail.Read' }
    await identity.onBehalfOf(request).token('https://graph.microsoft.com/.default', needs)
    response.end()
  })
  app.get('/vault', identity.requireScopes('access_as_user'), async (request, response) => {
    await identity.onBehalfOf(request).token('https://vault.azure.net/.default')
    response.end()
  })
  app.use(identity.errors())
  const server = await serve(app)
  return {
    identity,
    server,
    events,
    sent,
    get: (path, token, headers = {}) =>
      fetch(server.origin + path, {
        headers: { ...headers, ...(token !== undefined && { authorization: `Bearer ${token}` }) },
      }),
  }
}

const userToken = (scopes: string[], claims = {}) =>
  emulator.mintToken({ resource: tasksApiId, client: webAppId, user: adaId, scopes, claims })

beforeAll(async () => {
  emulator = await startEmulator(contosoDirectory())
  observatory = startObservatory()
  api = await startApi()
  await api.get('/tasks', await userToken(['Tasks.Read'])) // fetches the keys
})
beforeEach(() => {
  observatory.forget()
  emulator.clearRequests()
  api.events.length = 0
  api.sent.length = 0
})
afterAll(async () => {
  await api.server.stop()
  await emulator.stop()
  await observatory.stop()
})

/** Spans by name, with what they say. */
const told = () =>
  observatory
    .spans()
    .filter(({ name }) => name.startsWith('entrada'))
    .map(({ name, attributes }) => [name, attributes] as const)
const spanOf = (name: string) => {
  const found = observatory.spans().find((span) => span.name === name)
  if (found === undefined) throw new Error(`No span ${name}.`)
  return found
}
const correlationIdOf = (event: EntraEvent) =>
  'correlationId' in event ? event.correlationId : undefined
const requestsTo = (endpoint: string) =>
  emulator.requests.filter((request) => request.endpoint === endpoint)

describe('a guard', () => {
  it('is a span within that of the request, with its decision', async () => {
    expect((await api.get('/tasks', await userToken(['Tasks.Read']))).status).toBe(200)
    expect(told()).toEqual([['entrada guard', { 'entrada.outcome': 'succeeded' }]])
    const { parentSpanContext, status } = spanOf('entrada guard')
    expect(parentSpanContext?.spanId).toBe(spanOf('/tasks').spanContext().spanId)
    expect(status.code).toBe(SpanStatusCode.UNSET)
  })

  it('says why it refused, which is no fault of the app', async () => {
    await api.get('/tasks')
    await api.get('/tasks', await userToken(['Other']))
    expect(told().map(([, attributes]) => attributes)).toEqual([
      {
        'entrada.outcome': 'refused',
        'entrada.reason': 'no-token',
        'error.type': 'ERR_ENTRA_TOKEN_MISSING',
      },
      {
        'entrada.outcome': 'refused',
        'entrada.reason': 'scope-missing',
        'error.type': 'ERR_ENTRA_SCOPE_MISSING',
      },
    ])
    expect(spanOf('entrada guard').status.code).toBe(SpanStatusCode.UNSET)
  })

  it('fails when Entra cannot be reached', async () => {
    const cut = await startApi({ fetch: () => Promise.reject(new TypeError('fetch failed')) })
    await expect(cut.identity.verifyToken(await userToken(['A']))).rejects.toThrow()
    await cut.server.stop()
    expect(told()).toEqual([
      [
        'entrada guard',
        { 'entrada.outcome': 'failed', 'error.type': 'ERR_ENTRA_PLATFORM_UNAVAILABLE' },
      ],
    ])
    expect(spanOf('entrada guard').status.code).toBe(SpanStatusCode.ERROR)
    expect(await observatory.series()).toContainEqual({
      name: 'entrada.keys.failure.count',
      unit: '{failure}',
      attributes: { 'error.type': 'network' },
      count: 1,
    })
  })
})

describe('a token', () => {
  it('is told with its grant and where it came from, and the request for it as its part', async () => {
    const token = await userToken(['access_as_user'])
    await api.get('/me', token)
    const fetched = told()
    observatory.forget()
    await api.get('/me', token)
    expect(fetched.slice(1)).toEqual([
      [
        'entrada token_request on-behalf-of',
        {
          'entrada.grant': 'on-behalf-of',
          'entrada.resource': 'https://graph.microsoft.com',
          'entrada.correlation_id': requestIdSent(),
          'entrada.outcome': 'succeeded',
          'server.address': 'localhost',
          'server.port': Number(new URL(emulator.origin).port),
        },
      ],
      ['entrada token on-behalf-of', handedOut('platform')],
    ])
    expect(told().slice(1)).toEqual([['entrada token on-behalf-of', handedOut('cache')]])
    expect(requestsTo('token')).toHaveLength(1)
  })

  it('is the parent of its request, which is one to another server', async () => {
    await api.get('/me', await userToken(['access_as_user']))
    const request = spanOf('entrada token_request on-behalf-of')
    expect(request.kind).toBe(SpanKind.CLIENT)
    expect(request.parentSpanContext?.spanId).toBe(
      spanOf('entrada token on-behalf-of').spanContext().spanId,
    )
  })

  it('that several wait for is fetched by one and shared by the others', async () => {
    const source = api.identity.forApp()
    const scope = 'https://graph.microsoft.com/.default'
    await Promise.all([source.token(scope), source.token(scope), source.token(scope)])
    const sources = told()
      .filter(([name]) => name === 'entrada token client_credentials')
      .map(([, attributes]) => attributes['entrada.token.source'])
    expect(sources.sort()).toEqual(['platform', 'shared', 'shared'])
  })

  it('that was refused says with which number', async () => {
    await api.get('/vault', await userToken(['access_as_user']))
    expect(spanOf('entrada token_request on-behalf-of').attributes).toMatchObject({
      'entrada.outcome': 'failed',
      'error.type': 'ERR_ENTRA_REQUEST_REFUSED',
      'entrada.aadsts': 500011,
    })
    expect(spanOf('entrada token on-behalf-of').status.code).toBe(SpanStatusCode.ERROR)
    expect(api.events).toContainEqual({
      type: 'token-refused',
      grant: 'on-behalf-of',
      resource: 'https://vault.azure.net',
      code: 'ERR_ENTRA_REQUEST_REFUSED',
      status: expect.any(Number),
      aadsts: 500011,
      correlationId: requestIdSent(),
      milliseconds: expect.any(Number),
    })
  })

  const handedOut = (source: string) => ({
    'entrada.grant': 'on-behalf-of',
    'entrada.token.source': source,
    'entrada.outcome': 'succeeded',
  })
  const requestIdSent = () =>
    api.sent.find(({ url }) => url.endsWith('/token'))?.headers.get('client-request-id')
})

describe('a trace', () => {
  const traceIds = () =>
    api.sent.map(({ headers }) => headers.get('traceparent')?.split('-')[1] ?? 'none')

  it('goes on to Entra and to Graph', async () => {
    await api.get('/me', await userToken(['access_as_user']))
    const { traceId } = spanOf('/me').spanContext()
    expect(api.sent.map(({ url }) => new URL(url).origin)).toEqual([
      emulator.origin,
      emulator.graphOrigin,
    ])
    expect(traceIds()).toEqual([traceId, traceId])
    const [toEntra] = api.sent
    expect(toEntra?.headers.get('traceparent')).toContain(
      spanOf('entrada token_request on-behalf-of').spanContext().spanId,
    )
  })

  it('is left to an instrumentation of fetch where there is one', async () => {
    const instrumented = () => undefined
    subscribe('undici:request:create', instrumented)
    try {
      await api.get('/me', await userToken(['access_as_user']))
    } finally {
      unsubscribe('undici:request:create', instrumented)
    }
    expect(traceIds()).toEqual(['none', 'none'])
  })
})

describe('the id under which a request is found', () => {
  const given = '3c9c1f5e-52b1-4f64-9f53-1d1f0a6c7e21'
  const idsSent = () => api.sent.map(({ headers }) => headers.get('client-request-id'))

  it.each(['client-request-id', 'x-correlation-id'])(
    'is the GUID that came as %s: at Entra, at Graph, in events and in errors',
    async (name) => {
      const token = await userToken(['access_as_user'])
      await api.get('/me', token, { [name]: given.toUpperCase() })
      expect(idsSent()).toEqual([given, given])
      const refused = await api.get('/vault', token, { [name]: given })
      expect(await refused.text()).toContain(given)
      await api.get('/tasks', token, { [name]: given })
      const told = api.events.map((event) => [event.type, correlationIdOf(event)])
      expect(told).toEqual([
        ['token-acquired', given],
        ['token-refused', given],
        ['request-refused', given],
      ])
    },
  )

  it.each([['not-a-guid'], [`${given}, ${given}`], ['"><script>'], ['0'.repeat(4_000)]])(
    'is a new one when what came is no GUID (case %#)',
    async (text) => {
      await api.get('/me', await userToken(['access_as_user']), { 'client-request-id': text })
      const [id] = idsSent()
      expect(id).toMatch(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/)
      expect(id).not.toBe(given)
      expect(idsSent()).toEqual([id, id])
    },
  )

  it('goes along with fetch, unless the app has one of its own', async () => {
    const token = await userToken(['access_as_user'])
    await api.get('/photo', token, { 'client-request-id': given })
    await api.get('/photo?own=mine', token, { 'client-request-id': given })
    expect(idsSent()).toEqual([given, given, 'mine'])
  })

  it('is the one of the sign-in when a code is redeemed', async () => {
    const events: EntraEvent[] = []
    const redeeming: (string | null)[] = []
    const app = await startIdentityApp(
      emulator,
      (routes, identity, answer) => {
        routes.use(identity.signIn())
        routes.get(
          '/',
          identity.requireSignIn(),
          answer((request) => identity.account(request)),
        )
      },
      {
        telemetry: openTelemetry(observatory),
        onEvent: (event) => events.push(event),
        fetch(input, init) {
          if (addressOf(input).endsWith('/token')) {
            redeeming.push(new Headers(init?.headers).get('client-request-id'))
          }
          return fetch(input, init)
        },
      },
    )
    await signIn(createUserAgent(), app.at('/'), ada)
    await app.stop()
    const [started] = events.filter(({ type }) => type === 'sign-in-started')
    expect(redeeming).toEqual([started && correlationIdOf(started)])
    const counted = await observatory.series()
    expect(
      counted
        .filter(({ name }) => name === 'entrada.sign_in.count')
        .map(({ attributes, count }) => [attributes['entrada.outcome'], count]),
    ).toEqual([
      ['started', 1],
      ['succeeded', 1],
    ])
  })
})

describe('what metrics are made of', () => {
  it('O06 no series for what a token or a request could choose', async () => {
    await api.get('/me', await userToken(['access_as_user']))
    const before = (await observatory.series()).length
    for (let number = 0; number < 60; number += 1) {
      const name = `tenant-${String(number)}`
      const claims = [{ tid: name }, { scp: name }, { iss: name }, { azp: name }, { aud: name }]
      const token = await userToken(['Tasks.Read'], claims[number % claims.length])
      await api.get('/tasks', token, { 'client-request-id': crypto.randomUUID() })
    }
    const after = await observatory.series()
    expect(after.length).toBeLessThanOrEqual(before + 4)
    const labels = new Set(after.flatMap(({ attributes }) => Object.keys(attributes)))
    expect([...labels].sort()).toEqual([
      'entrada.grant',
      'entrada.outcome',
      'entrada.reason',
      'entrada.token.source',
      'error.type',
    ])
    expect(JSON.stringify(after)).not.toContain('tenant-')
  })

  it('seconds, for guards, tokens and token requests', async () => {
    const durations = (await observatory.series()).filter(({ unit }) => unit === 's')
    expect([...new Set(durations.map(({ name }) => name))].sort()).toEqual([
      'entrada.guard.duration',
      'entrada.token.duration',
      'entrada.token_request.duration',
    ])
    expect(durations.every(({ count }) => count > 0)).toBe(true)
  })

  it('O01 no token, secret or claim, in spans, metrics and events', async () => {
    observatory.forget()
    const canaries = { upn: 'canary-upn@contoso.example', name: 'Canary Name' }
    const good = await userToken(['access_as_user'], canaries)
    const bad = await userToken(['canary-scope'], { ...canaries, aud: 'canary-audience' })
    const answers = [await api.get('/me', good), await api.get('/mail', good)]
    await api.get('/tasks', bad)
    await api.get('/tasks', `${good.slice(0, -4)}AAAA`)
    await api.identity.forApp().token()
    expect(answers.map(({ status }) => status)).toEqual([200, 401])
    expect(api.events.map(({ type }) => type)).toContain('token-acquired')
    // An explanation shows claims to the developer, shortened; it is no metric and no span.
    const events = JSON.stringify(api.events, (name, value: unknown) =>
      name === 'explanation' ? undefined : value,
    )
    const all = (await observatory.exported()) + events
    for (const text of [
      'canary',
      'Canary',
      secret,
      good.slice(-40),
      bad.slice(-40),
      'eyJ',
      adaId,
    ]) {
      expect(all).not.toContain(text)
    }
  })
})

describe('a telemetry provider that throws', () => {
  it('fails nobody’s request', async () => {
    const failing = {
      getMeter: (...named: Parameters<MeterProvider['getMeter']>) => {
        const meter = observatory.meterProvider.getMeter(...named)
        const failed = () => {
          throw new Error('The exporter is gone.')
        }
        return Object.assign(Object.create(meter) as typeof meter, {
          createHistogram: () => ({ record: failed }),
          createCounter: () => ({ add: failed }),
        })
      },
    }
    const { tracerProvider } = observatory
    const failingApi = await startApi({
      telemetry: openTelemetry({ tracerProvider, meterProvider: failing }),
    })
    try {
      const answer = await failingApi.get('/me', await userToken(['access_as_user']))
      expect(answer.status).toBe(200)
      expect((await failingApi.get('/tasks')).status).toBe(401)
    } finally {
      await failingApi.server.stop()
    }
  })
})

describe('the telemetry option', () => {
  it.each([[true], ['opentelemetry'], [{}], [openTelemetry]])(
    'is refused as %p, with what to write',
    (telemetry) => {
      const options = { tenant: contosoId, clientId: daemonId, telemetry } as unknown
      expect(() => entra(options as EntraOptions)).toThrow(
        /^telemetry is .*openTelemetry\(\) of entrada\/opentelemetry/,
      )
    },
  )
})
