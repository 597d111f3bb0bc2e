import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import type { Emulator } from '../../src/emulator/index.js'
import { formsOf } from '../support/forms.js'
import { createUserAgent } from '../support/user-agent.js'
import {
  ada,
  authorize,
  contoso,
  daemon,
  daemonSecret,
  postToken,
  redeem,
  start,
  stopAll,
  tasksApi,
} from './contoso.js'

let emulator: Emulator
beforeAll(async () => {
  emulator = await start()
})
beforeEach(() => emulator.clearRequests())
afterAll(stopAll)

const appToken = (secret = daemonSecret) =>
  postToken(emulator, {
    grant_type: 'client_credentials',
    client_id: daemon,
    client_secret: secret,
    scope: `api://${tasksApi}/.default`,
  })

/** Turns a switch as a browser does: by its form on the page. */
async function turn(name: string, fields: Record<string, string> = {}) {
  const agent = createUserAgent()
  const page = await agent.get(emulator.controlUrl)
  const form = formsOf(page.html).find(({ fields: own }) =>
    own.some((field) => field.name === 'switch' && field.value === name),
  )
  if (form === undefined) throw new Error(`There is no form for ${name}.`)
  const response = await fetch(emulator.controlUrl, {
    method: 'POST',
    redirect: 'manual',
    headers: { origin: emulator.listening, 'sec-fetch-site': 'same-origin' },
    body: new URLSearchParams({ switch: name, ...fields }),
  })
  return { status: response.status, text: await response.text() }
}

async function controlText() {
  return (await fetch(emulator.controlUrl)).text()
}

describe('the control page', () => {
  it('is what the emulator’s bare address leads to', async () => {
    const page = await fetch(emulator.origin)
    expect(page.url).toBe(emulator.controlUrl)
    expect(await page.text()).toContain('the platform behaves as usual')
  })

  it.each([
    [
      'require-mfa',
      { resource: tasksApi, code: '50079' },
      'Tasks API takes multifactor authentication (AADSTS50079).',
    ],
    ['protect-context', { context: 'c7' }, 'c7 takes multifactor authentication (AADSTS50076).'],
    [
      'require-context',
      { context: 'c3' },
      'Microsoft Graph asks for the authentication context c3.',
    ],
    [
      'limit-session',
      { resource: tasksApi, seconds: '60' },
      'Tasks API takes a sign-in of the last 60 seconds.',
    ],
    ['block', { resource: tasksApi, user: ada }, 'ada@contoso.example is blocked from Tasks API.'],
    ['block', { resource: tasksApi, user: '' }, 'Everybody is blocked from Tasks API.'],
    ['throttle', { client: daemon, retryAfter: '5', times: '2' }, 'Report daemon is throttled.'],
    ['detect-loops', {}, 'Identical token requests are counted.'],
    ['lifetimes', { accessToken: '30' }, 'Lifetime of accessToken: 30 seconds.'],
    [
      'fault',
      { endpoint: 'graph', kind: 'status', status: '503', times: '3' },
      'Fault at graph: status 503, 3 more times.',
    ],
  ])('turns %s and says what is in force', async (name, fields, sentence) => {
    expect((await turn(name, fields)).status).toBe(303)
    expect(await controlText()).toContain(sentence)
    for (const clear of ['clear-access', 'clear-failures', 'clear-lifetimes']) await turn(clear)
    expect(await controlText()).toContain('the platform behaves as usual')
  })

  it('does what the switch says', async () => {
    await turn('throttle', { client: '', times: '1' })
    expect((await appToken()).status).toBe(429)
    expect((await appToken()).status).toBe(200)
    const before = emulator.keys.current().kid
    await turn('rotate-key', { family: 'organization' })
    expect(emulator.keys.current().kid).not.toBe(before)
    await turn('withdraw-key', { kid: before })
    const keys = await fetch(`${emulator.listening}/common/discovery/v2.0/keys`)
    expect(await keys.text()).not.toContain(before)
    await turn('clear-consents')
    expect(emulator.grants.list()).toEqual({ delegated: [], application: [] })
    await turn('revoke-sessions', { user: ada })
    await authorize(emulator)
  })

  it.each([
    ['another site', { origin: 'https://evil.example' }],
    ['a sandboxed frame', { origin: 'null' }],
    ['another port of this machine', { origin: 'http://localhost:1' }],
    ['another site without an Origin', { 'sec-fetch-site': 'cross-site' }],
  ])('cannot be turned by %s', async (_who, headers: Record<string, string>) => {
    const body = new URLSearchParams({ switch: 'detect-loops' })
    const answer = await fetch(emulator.controlUrl, { method: 'POST', headers, body })
    expect(answer.status).toBe(403)
    expect(await controlText()).toContain('the platform behaves as usual')
  })

  it('refuses a switch it does not have', async () => {
    const body = new URLSearchParams({ switch: 'self-destruct' })
    const answers = [
      await fetch(emulator.controlUrl, { method: 'POST', body }),
      await fetch(`${emulator.controlUrl}/nothing`),
    ]
    expect(answers.map(({ status }) => status)).toEqual([400, 404])
    // A body that nobody reads keeps its socket, and with it the process, for a while.
    await Promise.all(answers.map((answer) => answer.text()))
  })
})

describe('R46: the log of requests', () => {
  const log = async () => (await fetch(`${emulator.controlUrl}/log`)).text()

  it('shows what was sent and what came back, with every secret left out', async () => {
    await appToken('wrong')
    const { answer } = await authorize(emulator)
    const { body } = await redeem(emulator, answer.get('code'), {
      scope: 'openid offline_access',
    })
    const page = await log()
    expect(page).toContain('AADSTS7000215')
    expect(page).toContain('invalid_client')
    expect(page).toContain('id_token: claims')
    expect(page).toContain('ada@contoso.example')
    expect(page).not.toContain('wrong')
    const secrets = [
      answer.get('code'),
      body['access_token'],
      body['refresh_token'],
      body['id_token'],
    ]
    const kept = page + JSON.stringify(emulator.requests)
    for (const secret of secrets) expect(kept).not.toContain(String(secret))
  })

  it('keeps it for tests as well', async () => {
    await appToken()
    expect(emulator.requests.at(-1)).toMatchObject({
      endpoint: 'token',
      parameters: { client_secret: '[redacted]', grant_type: 'client_credentials' },
      status: 200,
      answer: { body: { access_token: '[redacted]', token_type: 'Bearer' } },
      tokens: { access_token: { claims: { aud: tasksApi, tid: contoso } } },
    })
  })

  it('grows while one looks, and what was missed comes after', async () => {
    await appToken()
    const abort = new AbortController()
    const stream = await fetch(`${emulator.controlUrl}/log/stream?after=0`, {
      signal: abort.signal,
    })
    expect(stream.headers.get('content-type')).toBe('text/event-stream')
    const reader = stream.body?.pipeThrough(new TextDecoderStream()).getReader()
    let seen = ''
    const until = async (text: string) => {
      while (!seen.includes(text)) seen += (await reader?.read())?.value ?? ''
    }
    await until('client_credentials')
    await fetch(`${emulator.graphOrigin}/v1.0/me`)
    await until('GET /v1.0/me')
    expect(seen).toContain('InvalidAuthenticationToken')
    abort.abort()
  })

  it('can be emptied', async () => {
    await appToken()
    const body = new URLSearchParams({ switch: 'clear-log' })
    await fetch(emulator.controlUrl, { method: 'POST', body })
    expect(emulator.requests).toEqual([])
    expect(await log()).toContain('Nothing was asked yet.')
  })
})
