import { createSign, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A signing key made by node:crypto alone, with its public JWK as the platform publishes it. */
export interface SigningKey {
  kid: string
  privateKey: KeyObject
  publicKey: KeyObject
  /** What the key document holds; tests change it at will. */
  jwk: Record<string, unknown>
}

export interface Served {
  status?: number
  headers?: Record<string, string>
  body?: string | Buffer
  /** Takes over the whole answer. */
  respond?: (request: IncomingMessage, response: ServerResponse) => void
}

/** A stand-in for the platform's discovery and key documents that can misbehave in every way. */
export interface KeyServer {
  origin: string
  /** Fetches seen so far, by document. */
  count: { metadata: number; keys: number }
  paths: string[]
  /** Members of the key document, by version. */
  keys: { '1.0': unknown[]; '2.0': unknown[] }
  /** Overrides members of both metadata documents. */
  metadata: Record<string, unknown>
  /** What to answer instead; undefined answers properly. */
  fault: { metadata?: Served; keys?: Served }
  stop(): Promise<void>
}

let made = 0

export function signingKey(member: Record<string, unknown> = {}, bits = 2048): SigningKey {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: bits })
  const kid = `key-${String(++made)}-of-the-test-platform`
  const jwk = { ...publicKey.export({ format: 'jwk' }), use: 'sig', kid, x5t: kid, ...member }
  return { kid, privateKey, publicKey, jwk }
}

/** The issuer that the platform gives to its template keys. */
function templateIssuer(origin: string): string {
  return `${origin}/{tenantid}/v2.0`
}

export async function startKeyServer(keys: SigningKey[]): Promise<KeyServer> {
  const server = createServer((request, response) => {
    const path = request.url ?? ''
    const served = answerOf(keyServer, path)
    if (served.respond !== undefined) {
      served.respond(request, response)
      return
    }
    response.writeHead(served.status ?? 200, served.headers)
    response.end(served.body)
  })

  // A test that fails before it stops its server must not keep the run from ending.
  server.unref()
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve))
  const origin = `http://localhost:${String((server.address() as AddressInfo).port)}` // a TCP server's

  const keyServer = keyServerAt(origin, keys, async () => {
    const closed = new Promise((resolve) => server.close(resolve))
    server.closeAllConnections()
    await closed
  })
  return keyServer
}

/** The same documents without a server: what asks for them is given `fetch`. */
export function keysInMemory(keys: SigningKey[]): { server: KeyServer; fetch: typeof fetch } {
  const server = keyServerAt('https://login.platform.example', keys, () => Promise.resolve())
  return {
    server,
    fetch: (url) => {
      const { pathname, search } = new URL(url instanceof Request ? url.url : url)
      const { status = 200, headers = {}, body } = answerOf(server, `${pathname}${search}`)
      const bytes = typeof body === 'string' ? body : new Uint8Array(body ?? [])
      return Promise.resolve(new Response(bytes, { status, headers }))
    },
  }
}

function keyServerAt(origin: string, keys: SigningKey[], stop: () => Promise<void>): KeyServer {
  return {
    origin,
    count: { metadata: 0, keys: 0 },
    paths: [],
    keys: {
      '1.0': keys.map(({ jwk }) => ({ ...jwk })),
      '2.0': keys.map(({ jwk }) => ({
        ...jwk,
        issuer: jwk.issuer ?? templateIssuer(origin),
      })),
    },
    metadata: {},
    fault: {},
    stop,
  }
}

/** The answer to a request, which is counted: the proper one, with what the fault changes. */
function answerOf(keyServer: KeyServer, path: string): Served {
  keyServer.paths.push(path)
  const isKeys = path.includes('/discovery/')
  const version = path.includes('/v2.0/') ? '2.0' : '1.0'
  keyServer.count[isKeys ? 'keys' : 'metadata'] += 1
  const fault = keyServer.fault[isKeys ? 'keys' : 'metadata']
  const proper = isKeys
    ? { keys: keyServer.keys[version] }
    : metadataOf(keyServer, path.split('/')[1] ?? '', version)
  return {
    body: JSON.stringify(proper),
    ...fault,
    headers: { 'content-type': 'application/json', ...fault?.headers },
  }
}

function metadataOf({ origin, metadata }: KeyServer, segment: string, version: '1.0' | '2.0') {
  const tenant =
    segment === 'common' || segment === 'organizations' ? '{tenantid}' : tenantOf(segment)
  const suffix = version === '2.0' ? 'v2.0' : ''
  return {
    issuer: `${origin}/${tenant}/${suffix}`,
    jwks_uri: `${origin}/${segment}/discovery/${version === '2.0' ? 'v2.0/' : ''}keys`,
    cloud_instance_name: 'microsoftonline.com',
    ...metadata,
  }
}

const contoso = '7d1c9a10-5a6e-4a1d-8f6c-0b2f5e9d3a77'

function tenantOf(segment: string): string {
  return segment.includes('.') ? contoso : segment
}

export function encoded(value: unknown): string {
  const text = typeof value === 'string' || Buffer.isBuffer(value) ? value : JSON.stringify(value)
  return Buffer.from(text).toString('base64url')
}

/** Signs whatever it is given, header included, with RSASSA-PKCS1-v1_5 over SHA-256. */
export function signedBy(
  key: SigningKey,
  payload: unknown,
  header: Record<string, unknown> = {},
): string {
  return signedRaw(
    key.privateKey,
    encoded({ typ: 'JWT', alg: 'RS256', kid: key.kid, ...header }),
    encoded(payload),
  )
}

export function signedRaw(privateKey: KeyObject, header: string, payload: string): string {
  const signature = createSign('RSA-SHA256').update(`${header}.${payload}`).sign(privateKey)
  return `${header}.${payload}.${signature.toString('base64url')}`
}
