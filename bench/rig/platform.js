// A stand-in for the platform, as light as can be, so that what is measured is the app: documents,
// keys, and a token endpoint that counts. It trusts everybody and checks nothing: for measuring only.
import { execFileSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { accessToken, createKey, idToken, opaqueToken, tenant } from './tokens.js'

/**
 * @param {{ tls?: boolean }} [options] `tls`: also on https, for peers that take nothing else.
 */
export async function startPlatform({ tls = false } = {}) {
  const behaviour = { delay: 0, expiresIn: 3_600, oneTime: false, down: false }
  const counts = { metadata: 0, keys: 0, authorize: 0, token: 0, refused: 0 }
  const spent = new Set()
  let keys = [createKey()]

  const server = createServer((request, response) => void answer(request, response))
  const port = await listening(server)
  const origin = `http://localhost:${port}`
  const secure = tls ? await startTls((request, response) => void answer(request, response)) : {}

  async function answer(request, response) {
    const url = new URL(request.url, origin)
    const text = request.method === 'POST' ? await bodyOf(request) : ''
    if (url.pathname.startsWith('/bench/')) return control(url, text, response)
    if (behaviour.down) return request.socket.destroy()
    if (url.pathname.endsWith('/openid-configuration')) {
      counts.metadata += 1
      return json(response, metadata(url, request.socket.encrypted ? secure.origin : origin))
    }
    if (url.pathname.endsWith('/keys')) {
      counts.keys += 1
      return json(response, { keys: keys.map(({ jwk }) => ({ ...jwk, issuer: issuer() })) })
    }
    if (url.pathname.endsWith('/authorize')) return authorize(url.searchParams, response)
    if (url.pathname.endsWith('/token')) {
      counts.token += 1
      if (behaviour.delay > 0) await pause(behaviour.delay)
      return json(response, ...grant(new URLSearchParams(text)))
    }
    response.writeHead(404).end()
  }

  function control(url, text, response) {
    if (url.pathname === '/bench/behaviour') Object.assign(behaviour, JSON.parse(text))
    if (url.pathname === '/bench/forget') for (const name in counts) counts[name] = 0
    json(response, counts)
  }

  const issuer = () => `${origin}/${tenant}/v2.0`

  function metadata(url, base) {
    const path = url.pathname.slice(0, url.pathname.indexOf('/.well-known'))
    const at = `${base}/${tenant}`
    return {
      issuer: path.endsWith('/v2.0') ? issuer() : `${origin}/${tenant}/`,
      authorization_endpoint: `${at}/oauth2/v2.0/authorize`,
      token_endpoint: `${at}/oauth2/v2.0/token`,
      jwks_uri: `${at}/discovery/v2.0/keys`,
      end_session_endpoint: `${at}/oauth2/v2.0/logout`,
      response_types_supported: ['code', 'id_token', 'code id_token'],
      response_modes_supported: ['query', 'form_post'],
      subject_types_supported: ['pairwise'],
      id_token_signing_alg_values_supported: ['RS256'],
      token_endpoint_auth_methods_supported: ['client_secret_post', 'client_secret_basic'],
      cloud_instance_name: 'microsoftonline.com',
    }
  }

  /** The user is signed in already and has consented to everything. */
  function authorize(query, response) {
    counts.authorize += 1
    const code = Buffer.from(
      JSON.stringify({ nonce: query.get('nonce'), client: query.get('client_id') }),
    ).toString('base64url')
    const back = new URL(query.get('redirect_uri'))
    back.searchParams.set('code', code)
    back.searchParams.set('state', query.get('state'))
    back.searchParams.set('session_state', 'bench')
    response.writeHead(302, { location: back.href }).end()
  }

  function grant(form) {
    const type = form.get('grant_type')
    const spentToken = form.get('refresh_token')
    if (type === 'refresh_token' && behaviour.oneTime && spent.has(spentToken)) {
      counts.refused += 1
      return [{ error: 'invalid_grant', error_codes: [70008] }, 400]
    }
    if (spentToken !== null) spent.add(spentToken)
    const client = form.get('client_id')
    return [
      {
        token_type: 'Bearer',
        scope: form.get('scope') ?? 'https://graph.microsoft.com/User.Read',
        expires_in: behaviour.expiresIn,
        access_token: opaqueToken(),
        ...(type === 'authorization_code' || type === 'refresh_token'
          ? { refresh_token: opaqueToken(1_100) }
          : {}),
        ...(type === 'authorization_code' ? idTokenFor(form.get('code'), client) : {}),
      },
    ]
  }

  function idTokenFor(code, client) {
    const { nonce, client: audience } = JSON.parse(Buffer.from(code, 'base64url').toString())
    const claims = { issuer: issuer(), audience: audience ?? client, nonce, oid: randomUUID() }
    return {
      id_token: idToken(keys[0], claims),
      client_info: Buffer.from(JSON.stringify({ uid: claims.oid, utid: tenant })).toString(
        'base64url',
      ),
    }
  }

  return {
    origin,
    secureOrigin: secure.origin,
    /** Certificate to trust for `secureOrigin`. */
    ca: secure.ca,
    issuer: issuer(),
    jwksUri: `${origin}/${tenant}/discovery/v2.0/keys`,
    behaviour,
    counts,
    get key() {
      return keys[0]
    },
    /** Replaces what is published; the first key signs. */
    publish: (...published) => {
      keys = published
    },
    token: (changes) => accessToken(keys[0], origin, changes),
    async stop() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      secure.stop?.()
    },
  }
}

function json(response, value, status = 200) {
  const text = JSON.stringify(value)
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
  })
  response.end(text)
}

async function bodyOf(request) {
  let text = ''
  for await (const chunk of request) text += chunk
  return text
}

function listening(server) {
  return new Promise((resolve, reject) => {
    server.on('error', reject)
    server.listen(0, 'localhost', () => resolve(server.address().port))
  })
}

async function startTls(handler) {
  const folder = mkdtempSync(join(tmpdir(), 'entrada-bench-'))
  try {
    const [keyFile, certificateFile] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost']
    const files = ['-keyout', keyFile, '-out', certificateFile]
    const request = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2']
    execFileSync('openssl', [...request, ...subject, ...files], { stdio: 'ignore' })
    const ca = readFileSync(certificateFile, 'utf8')
    const server = createTlsServer({ key: readFileSync(keyFile), cert: ca }, handler)
    const origin = `https://localhost:${await listening(server)}`
    return { ca, origin, stop: () => server.close() }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
