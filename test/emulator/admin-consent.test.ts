import { afterAll, beforeEach, describe, expect, it } from '@jest/globals'
import type { Emulator } from '../../src/emulator/index.js'
import {
  authorize,
  browser,
  callback,
  contoso,
  daemon,
  fabrikam,
  linesOf,
  start,
  stopAll,
  tasksApi,
  webApp,
} from './contoso.js'

let emulator: Emulator
beforeEach(async () => {
  await stopAll()
  emulator = await start()
})
afterAll(stopAll)

function url(path: string, parameters: Record<string, string> = {}): string {
  const query = new URLSearchParams({
    client_id: webApp,
    redirect_uri: callback,
    state: 's 1',
    ...parameters,
  })
  return `${emulator.origin}/${path}?${query.toString()}`
}

async function consentAs(user: string, address: string) {
  const agent = browser()
  const picker = await agent.get(address)
  const page = await agent.submit(picker, { button: { name: 'user', text: user } })
  const decide = async (value: 'accept' | 'decline') => {
    const back = await agent.submit(page, { button: { name: 'decision', value } })
    return Object.fromEntries(new URL(back.url).searchParams)
  }
  return { agent, page, decide }
}

describe('/v2.0/adminconsent', () => {
  const scope = 'https://graph.microsoft.com/.default'

  it('grants everything the registration lists, for everyone', async () => {
    const { page, decide } = await consentAs(
      'Grace',
      url(`${contoso}/v2.0/adminconsent`, { scope }),
    )
    expect(linesOf(page.html)).toEqual(
      expect.arrayContaining(['Read your mail', 'Read your tasks']),
    )
    const answer = await decide('accept')
    expect(answer).toMatchObject({ admin_consent: 'True', tenant: contoso, state: 's 1' })
    expect(answer.scope?.split(' ')).toEqual(
      expect.arrayContaining([
        'https://graph.microsoft.com/Mail.Read',
        `api://${tasksApi}/Tasks.Read`,
      ]),
    )
    const signedIn = await authorize(emulator, { scope: 'openid Mail.Read' })
    expect(signedIn.page.hops.map(({ method }) => method)).toEqual(['POST', 'GET', 'GET'])
    expect(signedIn.answer.get('code')).not.toBeNull()
  })

  it('grants named permissions only', async () => {
    const named = 'openid Calendars.Read'
    const { decide } = await consentAs(
      'Grace',
      url(`${contoso}/v2.0/adminconsent`, { scope: named }),
    )
    expect(await decide('accept')).toMatchObject({
      scope: 'https://graph.microsoft.com/Calendars.Read',
    })
  })

  it('grants application permissions with .default', async () => {
    emulator.grants.clear()
    const client = emulator.directory.applications.find(({ appId }) => appId === daemon)
    client?.redirectUris.push('https://daemon.contoso.example/consented')
    const parameters = {
      client_id: daemon,
      redirect_uri: 'https://daemon.contoso.example/consented',
      scope: `api://${tasksApi}/.default`,
    }
    const agent = browser()
    const picker = await agent.get(url(`${contoso}/v2.0/adminconsent`, parameters))
    const page = await agent.submit(picker, { button: { name: 'user', text: 'Grace' } })
    expect(linesOf(page.html)).toEqual(['Read tasks'])
    const form = new URLSearchParams({
      decision: 'accept',
      account: '9a4d1f27-3c58-4e6b-8d90-1f7b2c6e5a43',
    })
    const back = await fetch(url(`${contoso}/v2.0/adminconsent`, parameters), {
      method: 'POST',
      body: form,
      redirect: 'manual',
    })
    expect(back.headers.get('location')).toContain('admin_consent=True')
    expect(emulator.grants.list().application).toEqual([
      { tenant: contoso, client: daemon, resource: tasksApi, roles: ['Tasks.Read.All'] },
    ])
  })

  it('declined still says admin_consent=True, beside the error', async () => {
    const { decide } = await consentAs('Grace', url(`${contoso}/v2.0/adminconsent`, { scope }))
    const answer = await decide('decline')
    expect(answer).toMatchObject({ admin_consent: 'True', error: 'consent_required', state: 's 1' })
    expect(answer.error_description).toMatch(/^AADSTS65004/)
  })

  it('is not for users who are no administrators', async () => {
    const { page } = await consentAs('Ada', url(`${contoso}/v2.0/adminconsent`, { scope }))
    expect(page.html).toContain('Need admin approval')
  })

  it.each<[string, Record<string, string>, string]>([
    [`${contoso}/v2.0/adminconsent`, {}, 'AADSTS900144'],
    ['common/v2.0/adminconsent', { scope }, 'AADSTS90023'],
    [
      `${contoso}/v2.0/adminconsent`,
      { scope, redirect_uri: 'https://evil.example/' },
      'AADSTS50011',
    ],
  ])('refuses %s %j on a page', async (path, parameters, code) => {
    const page = await browser().get(url(path, parameters))
    expect(page.status).toBe(400)
    expect(page.html).toContain(code)
  })
})

describe('/adminconsent, the older form', () => {
  it('answers without scope, and may be asked at common', async () => {
    const { decide } = await consentAs('Grace', url('common/adminconsent'))
    expect(await decide('accept')).toEqual({ admin_consent: 'True', tenant: contoso, state: 's 1' })
  })

  it('declined is permission_denied', async () => {
    const { decide } = await consentAs('Grace', url(`${contoso}/adminconsent`))
    expect(await decide('decline')).toEqual({
      error: 'permission_denied',
      error_description: 'The admin canceled the request',
      state: 's 1',
    })
  })

  it('offers the accounts of the tenant it is asked for', async () => {
    const page = await browser().get(url(`${fabrikam}/adminconsent`))
    expect(page.html).toContain('finn@fabrikam.example')
    expect(page.html).not.toContain('grace@contoso.example')
  })
})
