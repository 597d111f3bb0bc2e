import { createHash } from 'node:crypto'
import { describe, expect, it } from '@jest/globals'
import { accountPickerPage } from '../../src/emulator/pages/account-picker.js'
import { adminApprovalPage } from '../../src/emulator/pages/admin-approval.js'
import { consentPage, type ConsentModel } from '../../src/emulator/pages/consent.js'
import { errorPage } from '../../src/emulator/pages/error.js'
import { pageHeaders } from '../../src/emulator/pages/headers.js'
import { signedOutPage } from '../../src/emulator/pages/signed-out.js'
import { formsOf } from '../support/forms.js'
import { tagsOf, textInside } from '../support/html-tags.js'

const nasty = `"><script>alert('x')</script>&amp;`
const ada = { id: 'ada-id', displayName: 'Ada Example', userPrincipalName: 'ada@contoso.example' }
const grace = {
  id: 'grace-id',
  displayName: 'Grace Admin',
  userPrincipalName: 'grace@contoso.example',
}
const trace = {
  traceId: 'trace-1',
  correlationId: 'correlation-1',
  timestamp: '2026-11-20 12:40:11Z',
}
const permission = {
  title: 'Read your mail',
  description: 'Allows the app to read email in your mailbox.',
  resource: 'Microsoft Graph',
}
const picker = {
  appName: 'Contoso Web',
  tenantName: 'Contoso',
  users: [ada, grace],
  action: '/pick',
  fields: { flow: 'abc' },
}
const consent: ConsentModel = {
  appName: 'Contoso Web',
  tenantName: 'Contoso',
  user: ada,
  permissions: [permission],
  canConsentForOrganization: false,
  action: '/consent',
  fields: { flow: 'abc' },
}

const everyPage: [string, string][] = [
  ['account picker', accountPickerPage(picker)],
  ['consent', consentPage({ ...consent, canConsentForOrganization: true })],
  ['admin consent', consentPage({ ...consent, adminConsent: true })],
  [
    'admin approval',
    adminApprovalPage({
      appName: 'Contoso Web',
      user: ada,
      permissions: [permission],
      returnAction: '/back',
      trace,
    }),
  ],
  ['error', errorPage({ code: 50011, message: 'Wrong address.', trace })],
  ['signed out', signedOutPage({ frontChannelUrls: ['http://a.example/out?sid=1'] })],
  [
    'signed out, going on',
    signedOutPage({ frontChannelUrls: [], continueUrl: 'http://a.example/' }),
  ],
]

describe.each(everyPage)('the %s page', (_, page) => {
  it('has a language, a title, one main part and one first heading', () => {
    const tags = tagsOf(page)
    const opening = (name: string) => tags.filter((tag) => tag.name === name && !tag.closing)
    expect(page).toMatch(/^<!doctype html>/)
    expect(opening('html')[0]?.attributes.get('lang')).toBe('en')
    expect(opening('title')[0]?.text).toContain('local emulator')
    expect(opening('main')).toHaveLength(1)
    expect(opening('h1')).toHaveLength(1)
  })

  it('says that it is a local emulator and not Microsoft', () => {
    expect(banner(page)).toContain('Local emulator.')
    expect(banner(page)).toContain('not Microsoft’s')
  })

  it('runs only the style and script that its policy names, and no inline handler', () => {
    const policy = pageHeaders()['content-security-policy']
    const blocks = [...page.matchAll(/<(?:style|script)>([\s\S]*?)<\/(?:style|script)>/g)]
    expect(blocks.length).toBeGreaterThan(0)
    for (const [, text = ''] of blocks) {
      expect(policy).toContain(createHash('sha256').update(text).digest('base64'))
    }
    expect(page).not.toMatch(/\son[a-z]+=|\sstyle=/)
  })
})

describe('the account picker', () => {
  it('has a submit button for each account, and one to cancel', () => {
    const [form] = formsOf(accountPickerPage(picker))
    expect(form).toMatchObject({ method: 'POST', action: '/pick' })
    expect(form?.fields).toMatchObject([{ kind: 'hidden', name: 'flow', value: 'abc' }])
    expect(form?.buttons).toMatchObject([
      { name: 'user', value: 'ada-id', text: expect.stringContaining('ada@contoso.example') },
      { name: 'user', value: 'grace-id', text: expect.stringContaining('Grace Admin') },
      { name: 'cancel', value: '1', text: 'Cancel' },
    ])
  })

  it('puts the account of the login hint first and gives it the focus', () => {
    const page = accountPickerPage({ ...picker, loginHint: 'GRACE@contoso.example' })
    expect(formsOf(page)[0]?.buttons.map(({ value }) => value)).toEqual(['grace-id', 'ada-id', '1'])
    const focused = tagsOf(page).filter(({ attributes }) => attributes.has('autofocus'))
    expect(focused.map(({ attributes }) => attributes.get('value'))).toEqual(['grace-id'])
  })

  it('says when the login hint names nobody', () => {
    const page = accountPickerPage({ ...picker, loginHint: 'nobody@contoso.example' })
    expect(page).toContain('nobody@contoso.example')
    expect(tagsOf(page).some(({ attributes }) => attributes.has('autofocus'))).toBe(false)
  })

  it('shows names from the directory as text, whatever they contain', () => {
    const page = accountPickerPage({
      appName: nasty,
      tenantName: nasty,
      users: [{ id: nasty, displayName: nasty, userPrincipalName: nasty, note: nasty }],
      loginHint: `${nasty}?`,
      action: nasty,
      fields: { [nasty]: nasty },
    })
    expect(page).not.toContain('<script>alert')
    expect(formsOf(page)[0]).toMatchObject({
      action: nasty,
      fields: [{ name: nasty, value: nasty }],
      buttons: [{ value: nasty }, {}],
    })
  })
})

describe('the consent page', () => {
  it('lists every permission by its title, with the explanation to unfold', () => {
    const page = consentPage(consent)
    const tags = tagsOf(page)
    const details = tags.findIndex(({ name }) => name === 'details')
    expect(tags[details]?.attributes.has('open')).toBe(false)
    expect(textInside(tags, details)).toBe(
      'Read your mail Allows the app to read email in your mailbox. (Microsoft Graph)',
    )
  })

  it('asks to accept or decline, and asks nobody else for the organization', () => {
    const [form] = formsOf(consentPage(consent))
    expect(form?.buttons).toMatchObject([
      { name: 'decision', value: 'accept', text: 'Accept' },
      { name: 'decision', value: 'decline', text: 'Cancel' },
    ])
    expect(form?.fields.map(({ name }) => name)).toEqual(['flow'])
  })

  it('offers an administrator to consent for the organization, unticked', () => {
    const [form] = formsOf(consentPage({ ...consent, canConsentForOrganization: true }))
    expect(form?.fields).toContainEqual({
      kind: 'checkbox',
      name: 'organization',
      value: '1',
      checked: false,
    })
  })

  it('needs no checkbox on the admin consent endpoint, which always means the organization', () => {
    const page = consentPage({ ...consent, canConsentForOrganization: true, adminConsent: true })
    expect(page).toContain('for everyone in Contoso')
    expect(formsOf(page)[0]?.fields.map(({ name }) => name)).toEqual(['flow'])
  })
})

describe('the admin approval page', () => {
  it('names user, application and permissions, and leads back with cancel=1', () => {
    const page = adminApprovalPage({
      appName: 'Contoso Web',
      user: ada,
      permissions: [permission],
      returnAction: '/back',
      fields: { flow: 'abc' },
      trace,
    })
    for (const part of ['Contoso Web', 'ada@contoso.example', 'Read your mail', 'trace-1']) {
      expect(page).toContain(part)
    }
    expect(formsOf(page)[0]).toMatchObject({
      method: 'POST',
      action: '/back',
      fields: [{ name: 'flow', value: 'abc' }],
      buttons: [{ name: 'cancel', value: '1' }],
    })
  })
})

describe('the error page', () => {
  it('shows the code, the message and the three values support asks for', () => {
    const page = errorPage({ code: 50011, message: `The redirect URI '<x>' is wrong.`, trace })
    const tags = tagsOf(page)
    expect(
      textInside(
        tags,
        tags.findIndex(({ attributes }) => attributes.get('class') === 'trouble'),
      ),
    ).toBe(`AADSTS50011: The redirect URI '<x>' is wrong.`)
    expect(
      textInside(
        tags,
        tags.findIndex(({ name }) => name === 'dl'),
      ),
    ).toBe(
      'Error code AADSTS50011 Trace ID trace-1 Correlation ID correlation-1 Timestamp 2026-11-20 12:40:11Z',
    )
  })

  it('does not repeat a code that the message begins with', () => {
    const page = errorPage({ code: 90002, message: 'AADSTS90002: No such tenant.', trace })
    expect(page.split('AADSTS90002: ')).toHaveLength(2)
  })
})

describe('the signed-out page', () => {
  const frontChannelUrls = ['http://a.example/out?sid=1&x="', 'http://b.example:81/out?sid=1']

  it('loads every front-channel address in a hidden frame', () => {
    const frames = tagsOf(signedOutPage({ frontChannelUrls })).filter(
      (tag) => tag.name === 'iframe' && !tag.closing,
    )
    expect(frames.map(({ attributes }) => attributes.get('src'))).toEqual(frontChannelUrls)
    expect(frames.every(({ attributes }) => attributes.has('hidden'))).toBe(true)
  })

  it('lets the page frame those origins and no others', () => {
    const policy = pageHeaders({ frames: frontChannelUrls })['content-security-policy']
    expect(policy).toContain('frame-src http://a.example http://b.example:81;')
    expect(pageHeaders()['content-security-policy']).toContain("frame-src 'none'")
  })

  it('goes on by script, without scripts by refresh, and by a link in any case', () => {
    const page = signedOutPage({ frontChannelUrls, continueUrl: 'http://a.example/bye?a=1&b=2' })
    const tags = tagsOf(page)
    const link = tags.find(({ attributes }) => attributes.get('id') === 'continue')
    const refresh = tags.find(({ attributes }) => attributes.get('http-equiv') === 'refresh')
    expect(link?.attributes.get('href')).toBe('http://a.example/bye?a=1&b=2')
    expect(refresh?.attributes.get('content')).toBe('2;url=http://a.example/bye?a=1&b=2')
    expect(page).toContain('location.replace')
  })

  it('says that it is done when there is nowhere to go', () => {
    const page = signedOutPage({ frontChannelUrls })
    expect(page).toContain('You may close this window.')
    expect(page).not.toContain('<script')
  })
})

describe('the page headers', () => {
  it('forbid framing, caching and guessing of types', () => {
    expect(pageHeaders()).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'content-security-policy': expect.stringMatching(
        /^default-src 'none';.*base-uri 'none'; frame-ancestors 'none'$/,
      ),
    })
  })

  it('do not restrict form-action, which would stop the redirect back to the application', () => {
    expect(pageHeaders()['content-security-policy']).not.toContain('form-action')
  })
})

function banner(page: string): string {
  const tags = tagsOf(page)
  return textInside(
    tags,
    tags.findIndex(({ name }) => name === 'header'),
  )
}
