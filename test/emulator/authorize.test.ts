import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { contosoDirectory, type Emulator } from '../../src/emulator/index.js'
import {
  ada,
  adaAtFabrikam,
  authorize,
  authorizeUrl,
  browser,
  callback,
  claimsOf,
  contoso,
  daemon,
  fabrikam,
  linesOf,
  pkce,
  redeem,
  start,
  stopAll,
  tasksApi,
  webApp,
  type Authorization,
} from './contoso.js'

let emulator: Emulator
beforeAll(async () => {
  emulator = await start()
  const consented = { client: webApp, resource: '00000003-0000-0000-c000-000000000000' }
  for (const tenant of [contoso, fabrikam]) {
    emulator.grants.grantDelegated({
      tenant,
      user: 'everyone',
      scopes: ['User.Read'],
      ...consented,
    })
  }
})
afterAll(stopAll)

const guid = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/

describe('mistakes that stay on a page', () => {
  it.each<[string, Authorization, number]>([
    ['an unknown tenant', { tenant: 'nobody.example' }, 90002],
    ['no client_id', { parameters: { client_id: undefined } }, 900144],
    ['an unknown client', { parameters: { client_id: adaAtFabrikam } }, 700016],
    [
      'an unregistered redirect URI',
      { parameters: { redirect_uri: 'https://evil.example/' } },
      50011,
    ],
    ['another path', { parameters: { redirect_uri: 'http://localhost/auth/Callback' } }, 50011],
    [
      'the number for the name',
      { parameters: { redirect_uri: 'http://127.0.0.1/auth/callback' } },
      50011,
    ],
    [
      'a single-tenant client at common',
      { tenant: 'common', parameters: { client_id: daemon } },
      50194,
    ],
    [
      'a work-only client at consumers',
      { tenant: 'consumers', parameters: { client_id: tasksApi } },
      9002332,
    ],
  ])('%s', async (_what, authorization, code) => {
    const agent = browser()
    const page = await agent.step(authorizeUrl(emulator, authorization))
    expect(page.status).toBe(400)
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(page.html).toContain(`AADSTS${code}`)
    expect(emulator.requests.at(-1)).toMatchObject({ endpoint: 'authorize', codes: [code] })
  })

  it('a repeated parameter', async () => {
    const page = await browser().step(
      `${authorizeUrl(emulator)}&redirect_uri=https://evil.example/`,
    )
    expect(page.status).toBe(400)
    expect(page.html).toContain('AADSTS90023')
  })
})

describe('mistakes that are sent to the application', () => {
  it.each<[string, Authorization, string, number]>([
    ['no response_type', { parameters: { response_type: undefined } }, 'invalid_request', 900144],
    ['no scope', { parameters: { scope: undefined } }, 'invalid_request', 900144],
    [
      'id_token without its flag',
      { parameters: { response_type: 'code id_token' } },
      'unsupported_response_type',
      700054,
    ],
    [
      'token without its flag',
      { parameters: { response_type: 'token' } },
      'unsupported_response_type',
      700051,
    ],
    ['an unknown prompt', { parameters: { prompt: 'create' } }, 'invalid_request', 90023],
    [
      'an unknown response_mode',
      { parameters: { response_mode: 'web_message' } },
      'invalid_request',
      90023,
    ],
    ['a short challenge', { parameters: { code_challenge: 'short' } }, 'invalid_request', 50147],
    [
      'an unknown method',
      { parameters: { code_challenge: pkce().challenge, code_challenge_method: 'S512' } },
      'invalid_request',
      501491,
    ],
    [
      '.default with a named scope',
      { scope: 'https://graph.microsoft.com/.default Mail.Read' },
      'invalid_scope',
      70011,
    ],
  ])('%s', async (_what, authorization, error, code) => {
    const page = await browser().step(authorizeUrl(emulator, authorization))
    expect(page.status).toBe(302)
    const [address, parameters] = (page.location ?? '').split(/[?#]/, 2)
    const searchParams = new URLSearchParams(parameters)
    expect(address).toBe(callback)
    expect(searchParams.get('error')).toBe(error)
    expect(searchParams.get('state')).toBe('the state')
    expect(searchParams.get('error_uri')).toBe(`${emulator.origin}/error?code=${code}`)
    expect(searchParams.get('error_description')).toMatch(
      new RegExp(
        `^AADSTS${code}: [^\\r]+\\r\\nTrace ID: \\S+\\r\\nCorrelation ID: \\S+\\r\\n` +
          'Timestamp: \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\dZ$',
      ),
    )
  })

  it.each<[string, string, string, string]>([
    ['an unknown permission of Graph', 'Tasks.Fly', 'invalid_client', '650053'],
    ['an unknown API', 'api://nothing/x', 'invalid_resource', '500011'],
  ])('%s, once the tenant is known', async (_what, scope, error, code) => {
    const { answer } = await authorize(emulator, { scope })
    expect(answer.get('error')).toBe(error)
    expect(answer.get('error_description')).toContain(`AADSTS${code}`)
  })

  it('cancelling says so', async () => {
    const agent = browser()
    const picker = await agent.get(authorizeUrl(emulator))
    const back = await agent.submit(picker, { button: { name: 'cancel' } })
    const { searchParams } = new URL(back.url)
    expect(searchParams.get('error')).toBe('access_denied')
    expect(searchParams.get('error_subcode')).toBe('cancel')
    expect(searchParams.has('suberror')).toBe(false)
    expect(searchParams.get('state')).toBe('the state')
  })
})

describe('the answer', () => {
  it('comes to a request by POST as well', async () => {
    const { origin, pathname, search } = new URL(authorizeUrl(emulator))
    const agent = browser()
    const picker = await agent.get(origin + pathname, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: search.slice(1),
    })
    const back = await agent.submit(picker, { button: { name: 'user', text: 'Ada' } })
    expect(new URL(back.url).searchParams.get('code')).not.toBeNull()
  })

  it('has code, state and session_state, and ends in an empty fragment', async () => {
    const { page, answer } = await authorize(emulator)
    expect(page.url).toMatch(/#$/)
    expect([...answer.keys()]).toEqual(['code', 'state', 'session_state'])
    expect(answer.get('session_state')).toMatch(guid)
  })

  it('has client_info when asked', async () => {
    const { answer } = await authorize(emulator, { parameters: { client_info: '1' } })
    const info: unknown = JSON.parse(
      Buffer.from(answer.get('client_info') ?? '', 'base64url').toString(),
    )
    expect(info).toEqual({ uid: ada, utid: contoso })
  })

  it('comes in the fragment', async () => {
    const { page } = await authorize(emulator, { parameters: { response_mode: 'fragment' } })
    const { hash, search } = new URL(page.url)
    expect(search).toBe('')
    expect(new URLSearchParams(hash.slice(1)).get('state')).toBe('the state')
  })

  it('comes as a form', async () => {
    const { page } = await authorize(emulator, { parameters: { response_mode: 'form_post' } })
    expect(page).toMatchObject({ method: 'POST', url: callback })
    const form = page.hops[0]
    expect(form?.url).toBe(callback)
  })

  it('errors come as a form, too', async () => {
    const parameters = { response_mode: 'form_post', prompt: 'none' }
    const page = await browser().step(authorizeUrl(emulator, { parameters }))
    expect(page.status).toBe(200)
    expect(page.html).toMatch(/name="error" value="login_required"/)
    expect(page.html).toMatch(/name="state" value="the state"/)
  })
})

describe('single sign-on', () => {
  it('signs the one account in without asking', async () => {
    const agent = browser()
    const first = await authorize(emulator, { agent })
    const again = await agent.get(authorizeUrl(emulator))
    const answer = new URL(again.url).searchParams
    expect(answer.get('code')).not.toBeNull()
    expect(answer.get('session_state')).toBe(first.answer.get('session_state'))
  })

  it('reaches other tenants in which the account is a guest', async () => {
    const agent = browser()
    await authorize(emulator, { agent })
    const page = await agent.get(authorizeUrl(emulator, { tenant: fabrikam }))
    const code = new URL(page.url).searchParams.get('code')
    const { body } = await redeem(emulator, code, { tenant: fabrikam })
    expect(claimsOf(body.id_token)).toMatchObject({ oid: adaAtFabrikam, tid: fabrikam })
  })

  it('asks again for prompt=login and prompt=select_account', async () => {
    const agent = browser()
    await authorize(emulator, { agent })
    for (const prompt of ['login', 'select_account']) {
      const page = await agent.get(authorizeUrl(emulator, { parameters: { prompt } }))
      expect(page.html).toContain('Choose an account')
      const back = await agent.submit(page, { button: { name: 'user', text: 'Ada' } })
      expect(new URL(back.url).searchParams.get('code')).not.toBeNull()
    }
  })

  it('with two accounts asks which, unless a hint decides', async () => {
    const agent = browser()
    await authorize(emulator, { agent })
    const user = 'grace@contoso.example'
    await authorize(emulator, { agent, user, parameters: { prompt: 'select_account' } })
    const asked = await agent.get(authorizeUrl(emulator))
    expect(asked.html).toContain('Choose an account')
    const hinted = await agent.get(authorizeUrl(emulator, { parameters: { login_hint: user } }))
    const { body } = await redeem(emulator, new URL(hinted.url).searchParams.get('code'))
    expect(claimsOf(body.id_token)).toMatchObject({ preferred_username: user })
  })

  it('takes the opaque login_hint claim and the sid as hints', async () => {
    const agent = browser()
    const { answer } = await authorize(emulator, { agent })
    const { body } = await redeem(emulator, answer.get('code'))
    await authorize(emulator, {
      agent,
      user: 'grace@contoso.example',
      parameters: { prompt: 'select_account' },
    })
    const { login_hint: hint, sid } = claimsOf(body.id_token)
    for (const parameters of [{ login_hint: String(hint) }, { sid: String(sid) }]) {
      const page = await agent.get(authorizeUrl(emulator, { parameters }))
      const redeemed = await redeem(emulator, new URL(page.url).searchParams.get('code'))
      expect(claimsOf(redeemed.body.id_token).oid).toBe(ada)
    }
  })

  it('lists only who could sign in: members and guests of a tenant, everybody at common', async () => {
    const names = async (tenant: string, domainHint?: string) => {
      const parameters = { domain_hint: domainHint }
      const { html } = await browser().get(authorizeUrl(emulator, { tenant, parameters }))
      return [...html.matchAll(/[\w.]+@[\w.]+\.example/g)].map(([name]) => name)
    }
    expect(new Set(await names(fabrikam))).toEqual(
      new Set(['finn@fabrikam.example', 'ada@contoso.example']),
    )
    expect(await names('common')).toContain('max@outlook.example')
    expect(await names('organizations')).not.toContain('max@outlook.example')
    expect(new Set(await names('consumers'))).toEqual(new Set(['max@outlook.example']))
    expect(new Set(await names('common', 'consumers'))).toEqual(new Set(['max@outlook.example']))
  })
})

describe('prompt=none', () => {
  const silent = async (agent = browser(), authorization: Authorization = {}) => {
    const { parameters, ...rest } = authorization
    const url = authorizeUrl(emulator, { ...rest, parameters: { ...parameters, prompt: 'none' } })
    const page = await agent.step(url)
    const { searchParams } = new URL(page.location ?? '')
    const [, code] = /^AADSTS(\d+)/.exec(searchParams.get('error_description') ?? '') ?? []
    return { error: searchParams.get('error'), code, granted: searchParams.get('code') }
  }

  it('without a session is login_required, AADSTS50058', async () => {
    expect(await silent()).toEqual({ error: 'login_required', code: '50058', granted: null })
  })

  it('with a session answers at once', async () => {
    const agent = browser()
    await authorize(emulator, { agent })
    expect((await silent(agent)).granted).not.toBeNull()
  })

  it('without consent is interaction_required, AADSTS65001', async () => {
    const agent = browser()
    await authorize(emulator, { agent })
    const answer = await silent(agent, { scope: 'Calendars.Read' })
    expect(answer).toMatchObject({ error: 'interaction_required', code: '65001' })
  })

  it('without a consent that only an administrator gives is consent_required, AADSTS90094', async () => {
    const agent = browser()
    await authorize(emulator, { agent })
    const answer = await silent(agent, { scope: 'Group.Read.All' })
    expect(answer).toMatchObject({ error: 'consent_required', code: '90094' })
  })

  it('with several sessions is interaction_required, AADSTS16000', async () => {
    const agent = browser()
    await authorize(emulator, { agent })
    const parameters = { prompt: 'select_account' }
    await authorize(emulator, { agent, user: 'grace@contoso.example', parameters })
    expect(await silent(agent)).toMatchObject({ error: 'interaction_required', code: '16000' })
  })

  it('with an unknown sid is interaction_required, AADSTS160021', async () => {
    const agent = browser()
    await authorize(emulator, { agent })
    const answer = await silent(agent, { parameters: { sid: ada } })
    expect(answer).toMatchObject({ error: 'interaction_required', code: '160021' })
  })

  it('cannot be combined', async () => {
    const page = await browser().step(
      authorizeUrl(emulator, { parameters: { prompt: 'none login' } }),
    )
    expect(new URL(page.location ?? '').searchParams.get('error')).toBe('invalid_request')
  })
})

describe('redirect URIs', () => {
  it('ignore the port on localhost', async () => {
    const page = await browser().step(
      authorizeUrl(emulator, { parameters: { redirect_uri: 'http://localhost:1/auth/callback' } }),
    )
    expect(page.location).toContain('/interaction/')
  })

  it('count the port, the query and the case everywhere else', async () => {
    const directory = contosoDirectory()
    const web = directory.applications.find(({ appId }) => appId === webApp)
    web?.redirectUris.push('https://app.contoso.example/signin?x=1')
    const other = await start(directory)
    const statusOf = async (uri: string) =>
      (await browser().step(authorizeUrl(other, { parameters: { redirect_uri: uri } }))).status
    expect(await statusOf('https://app.contoso.example/signin?x=1')).toBe(303)
    expect(await statusOf('https://app.contoso.example:8443/signin?x=1')).toBe(400)
    expect(await statusOf('https://app.contoso.example/signin')).toBe(400)
    expect(await statusOf('https://app.contoso.example/SignIn?x=1')).toBe(400)
  })

  it('with a wildcard stand for one part each, and for work accounts only', async () => {
    const directory = contosoDirectory()
    const web = directory.applications.find(({ appId }) => appId === webApp)
    Object.assign(web ?? {}, { signInAudience: 'AzureADMultipleOrgs' })
    web?.redirectUris.push('https://*.contoso.example/signin')
    const other = await start(directory)
    const statusOf = async (uri: string) =>
      (await browser().step(authorizeUrl(other, { parameters: { redirect_uri: uri } }))).status
    expect(await statusOf('https://app.contoso.example/signin')).toBe(303)
    for (const uri of [
      'https://contoso.example/signin',
      'https://.contoso.example/signin',
      'https://evil.example/.contoso.example/signin',
      'https://evil.example#.contoso.example/signin',
      'https://app.contoso.example/other',
    ]) {
      expect(await statusOf(uri)).toBe(400)
    }
    const live = other.directory.applications.find(({ appId }) => appId === webApp)
    Object.assign(live ?? {}, { signInAudience: 'AzureADandPersonalMicrosoftAccount' })
    expect(await statusOf('https://app.contoso.example/signin')).toBe(400)
  })

  it('left out, a registered one is used', async () => {
    const parameters = { redirect_uri: undefined, prompt: 'none' }
    const page = await browser().step(authorizeUrl(emulator, { parameters }))
    expect(page.location).toMatch(/^http:\/\/localhost\/auth\/callback\?error=login_required/)
  })
})

describe('a finished sign-in', () => {
  it('cannot be finished again', async () => {
    const agent = browser()
    const { page } = await authorize(emulator, { agent })
    const resume = agent.history.find(({ url }) => url.includes('/authorize/'))
    const again = await agent.get(resume?.url ?? '')
    expect(again.status).toBe(400)
    expect(page.status).toBe(200)
  })

  it('cannot be taken to another browser: the way back is bound to a cookie', async () => {
    const agent = browser()
    const picker = await agent.get(authorizeUrl(emulator))
    const elsewhere = browser()
    const samePicker = await elsewhere.get(picker.url)
    const back = await elsewhere.submit(samePicker, { button: { name: 'user', text: 'Ada' } })
    expect(back.status).toBe(400)
    expect(back.url).not.toContain(callback)
  })
})

describe('consent on the way', () => {
  it('asks for what is new, then no more', async () => {
    const agent = browser()
    await authorize(emulator, { agent })
    const scope = 'openid User.Read Mail.Read'
    const page = await agent.get(authorizeUrl(emulator, { scope }))
    expect(linesOf(page.html)).toEqual(['Read your mail'])
    const back = await agent.submit(page, { button: { name: 'decision', value: 'accept' } })
    expect(new URL(back.url).searchParams.get('code')).not.toBeNull()
    const silent = await agent.get(
      authorizeUrl(emulator, { scope, parameters: { prompt: 'none' } }),
    )
    expect(new URL(silent.url).searchParams.get('code')).not.toBeNull()
  })
})
