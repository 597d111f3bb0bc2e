import { afterAll, beforeEach, describe, expect, it } from '@jest/globals'
import { contosoDirectory, type Application, type Emulator } from '../../src/emulator/index.js'
import {
  ada,
  authorize,
  authorizeUrl,
  browser,
  claimsOf,
  contoso,
  graph,
  linesOf,
  onBehalfOf,
  postToken,
  redeem,
  start,
  stopAll,
  tasksApi,
  tasksApiSecret,
  webApp,
} from './contoso.js'

const keyVault = 'cfa8b339-82a2-471a-a3c9-0fc0be7a4093'
const graphDefault = 'https://graph.microsoft.com/.default'

let emulator: Emulator
afterAll(stopAll)

/** A directory whose web app lists exactly these permissions. */
async function startWith(change: (web: Application, tasks: Application) => void = () => undefined) {
  await stopAll()
  const directory = contosoDirectory()
  const [web, tasks] = [webApp, tasksApi].map((id) =>
    directory.applications.find((a) => a.appId === id),
  )
  if (web === undefined || tasks === undefined) throw new Error('The directory has changed.')
  directory.applications.push({
    appId: keyVault,
    displayName: 'Azure Key Vault',
    tenantId: contoso,
    signInAudience: 'AzureADMultipleOrgs',
    identifierUris: ['https://vault.azure.net'],
    redirectUris: [],
    scopes: [
      {
        value: 'user_impersonation',
        type: 'User',
        displayName: 'Have full access to Azure Key Vault',
        description: 'In your name.',
      },
    ],
  })
  change(web, tasks)
  emulator = await start(directory)
}

beforeEach(() => startWith())

function grant(scopes: string[], user = ada): void {
  emulator.grants.grantDelegated({ tenant: contoso, client: webApp, resource: graph, user, scopes })
}

async function graphScopes(code: string | null, scope = graphDefault): Promise<string[]> {
  const { body } = await redeem(emulator, code, { scope })
  return String(claimsOf(body.access_token).scp).split(' ').sort()
}

/** Signs in until a consent page shows; its lines, and the way on. */
async function consentPageFor(scope: string, user = 'Ada', prompt?: string) {
  const agent = browser()
  const picker = await agent.get(authorizeUrl(emulator, { scope, parameters: { prompt } }))
  const page = await agent.submit(picker, { button: { name: 'user', text: user } })
  const decide = async (value: 'accept' | 'decline', fields: Record<string, boolean> = {}) => {
    const back = await agent.submit(page, { button: { name: 'decision', value }, fields })
    return new URL(back.url).searchParams
  }
  return { agent, page, lines: linesOf(page.html), decide }
}

describe('the documented .default examples', () => {
  const registered = (web: Application) => {
    web.requiredResourceAccess = [
      { resourceAppId: graph, scopes: ['User.Read', 'Contacts.Read'] },
      { resourceAppId: keyVault, scopes: ['user_impersonation'] },
    ]
  }

  it('R35 example 1: grants exist, so exactly those come without a prompt', async () => {
    await startWith(registered)
    grant(['Mail.Read', 'User.Read'])
    const { page, answer } = await authorize(emulator, { scope: graphDefault })
    expect(page.hops.map(({ method }) => method)).toEqual(['POST', 'GET', 'GET'])
    expect(await graphScopes(answer.get('code'))).toEqual(['Mail.Read', 'User.Read'])
  })

  it('R36 example 2: nothing granted, so the page asks for every API and the token is for one', async () => {
    await startWith(registered)
    const { lines, decide } = await consentPageFor(graphDefault)
    expect(lines).toEqual(
      expect.arrayContaining([
        'Read your contacts',
        'Sign you in and read your profile',
        'Have full access to Azure Key Vault',
      ]),
    )
    expect(lines).not.toContain('Read your mail')
    const answer = await decide('accept')
    const { body } = await redeem(emulator, answer.get('code'), { scope: graphDefault })
    const { aud, scp } = claimsOf(body.access_token)
    expect(aud).toBe('https://graph.microsoft.com')
    expect(String(scp).split(' ')).toEqual(expect.arrayContaining(['Contacts.Read', 'User.Read']))
    expect(scp).not.toContain('user_impersonation')
    const { delegated } = emulator.grants.list()
    expect(delegated).toContainEqual(
      expect.objectContaining({ resource: keyVault, user: ada, scopes: ['user_impersonation'] }),
    )
  })

  it('R34 R37 example 3: new permissions come only with prompt=consent', async () => {
    await startWith(registered)
    grant(['Mail.Read'])
    const first = await authorize(emulator, { scope: graphDefault })
    expect(await graphScopes(first.answer.get('code'))).toEqual(['Mail.Read'])
    const { lines, decide } = await consentPageFor(graphDefault, 'Ada', 'consent')
    expect(lines).toContain('Read your contacts')
    const answer = await decide('accept')
    expect(await graphScopes(answer.get('code'))).toEqual([
      'Contacts.Read',
      'Mail.Read',
      'User.Read',
    ])
  })

  it('echoes .default beside the names, with the double slash where asked so', async () => {
    grant(['User.Read'])
    const scope = 'https://graph.microsoft.com//.default openid profile offline_access'
    const { answer } = await authorize(emulator, { scope })
    const { body } = await redeem(emulator, answer.get('code'), { scope })
    expect(body.scope).toBe(
      'openid profile https://graph.microsoft.com//User.Read https://graph.microsoft.com//.default',
    )
    expect(claimsOf(body.access_token).aud).toBe('https://graph.microsoft.com/')
  })
})

describe('dynamic consent', () => {
  it('first covers signing in, offline access and User.Read as well', async () => {
    const { lines, decide } = await consentPageFor('openid profile Mail.Read')
    expect(lines).toEqual([
      'Maintain access to data you have given it access to',
      'Read your mail',
      'Sign you in',
      'Sign you in and read your profile',
      'View your basic profile',
    ])
    const answer = await decide('accept')
    expect(await graphScopes(answer.get('code'), 'Mail.Read')).toEqual(
      expect.arrayContaining(['Mail.Read', 'User.Read']),
    )
  })

  it('covers several APIs in one page', async () => {
    const { lines } = await consentPageFor(`User.Read api://${tasksApi}/Tasks.Read`)
    expect(lines).toEqual(
      expect.arrayContaining(['Read your tasks', 'Sign you in and read your profile']),
    )
  })

  it('declined is access_denied and grants nothing', async () => {
    const before = emulator.grants.list()
    const { decide } = await consentPageFor('Mail.Read')
    const answer = await decide('decline')
    expect(answer.get('error')).toBe('access_denied')
    expect(answer.get('error_description')).toContain('AADSTS65004')
    expect(emulator.grants.list()).toEqual(before)
  })

  it('of an administrator is for themself, unless they tick the organization', async () => {
    const own = await consentPageFor('Mail.Read', 'Grace')
    await own.decide('accept')
    expect((await consentPageFor('Mail.Read')).lines).toContain('Read your mail')
    const all = await consentPageFor('Calendars.Read', 'Grace')
    await all.decide('accept', { organization: true })
    const { answer } = await authorize(emulator, { scope: 'Calendars.Read' })
    expect(await graphScopes(answer.get('code'), 'Calendars.Read')).toContain('Calendars.Read')
  })
})

describe('permissions only an administrator may grant', () => {
  const scope = 'Group.Read.All'

  it('lead others to the approval page (90094), and back as access_denied', async () => {
    const { agent, page } = await consentPageFor(scope)
    expect(page.html).toContain('Need admin approval')
    expect(linesOf(page.html)).toEqual(['Read all groups'])
    const back = await agent.submit(page, { button: { name: 'cancel' } })
    const { searchParams } = new URL(back.url)
    expect(searchParams.get('error')).toBe('access_denied')
    expect(searchParams.get('error_description')).toContain('AADSTS90094')
  })

  it('are offered to an administrator, whose grant for all then serves others', async () => {
    const { decide } = await consentPageFor(scope, 'Grace')
    await decide('accept', { organization: true })
    const { answer } = await authorize(emulator, { scope })
    expect(await graphScopes(answer.get('code'), scope)).toContain(scope)
  })
})

describe('APIs that trust a client', () => {
  it('pre-authorization removes the prompt and adds to the token', async () => {
    await startWith((_web, tasks) => {
      tasks.preAuthorizedApplications = [
        { appId: webApp, scopes: ['Tasks.Read', 'access_as_user'] },
      ]
    })
    const scope = `api://${tasksApi}/Tasks.Read`
    const { page, answer } = await authorize(emulator, { scope })
    expect(page.hops.map(({ method }) => method)).toEqual(['POST', 'GET', 'GET'])
    const { body } = await redeem(emulator, answer.get('code'), { scope })
    expect(claimsOf(body.access_token).scp).toBe('Tasks.Read access_as_user')
  })

  it('knownClientApplications puts what the API itself needs on the client’s page', async () => {
    await startWith((_web, tasks) => {
      tasks.requiredResourceAccess = [{ resourceAppId: graph, scopes: ['Calendars.Read'] }]
    })
    const { lines, decide } = await consentPageFor(`api://${tasksApi}/.default`)
    expect(lines).toContain('Read your calendars')
    const answer = await decide('accept')
    const { body } = await redeem(emulator, answer.get('code'), {
      scope: `api://${tasksApi}/.default`,
    })
    const downstream = await postToken(emulator, {
      grant_type: onBehalfOf,
      client_id: tasksApi,
      client_secret: tasksApiSecret,
      requested_token_use: 'on_behalf_of',
      assertion: String(body.access_token),
      scope: 'Calendars.Read',
    })
    expect(downstream.status).toBe(200)
  })
})

describe('an application that asks for itself', () => {
  it('must do so by its GUID (90009)', async () => {
    await startWith((web) => {
      web.identifierUris = [`api://${webApp}`]
      web.scopes = [{ value: 'self', type: 'User', displayName: 'Self', description: 'Self.' }]
    })
    const byName = await authorize(emulator, { scope: `api://${webApp}/self` })
    expect(byName.answer.get('error_description')).toContain('AADSTS90009')
    const { answer } = await authorize(emulator, { scope: `openid ${webApp}/self` })
    const { body } = await redeem(emulator, answer.get('code'), { scope: `${webApp}/.default` })
    expect(claimsOf(body.access_token)).toMatchObject({ aud: webApp, scp: 'self' })
  })
})

describe('OpenID scopes alone', () => {
  it('R19 bring a token for UserInfo', async () => {
    const scope = 'openid profile email'
    const { answer } = await authorize(emulator, { scope })
    const { body } = await redeem(emulator, answer.get('code'))
    expect(body.scope).toBe('email openid profile')
    expect(String(claimsOf(body.access_token).scp).split(' ').sort()).toEqual([
      'email',
      'openid',
      'profile',
    ])
    const userinfo = await fetch(`${emulator.graphOrigin}/oidc/userinfo`, {
      headers: { authorization: `Bearer ${String(body.access_token)}` },
    })
    expect(await userinfo.json()).toMatchObject({
      sub: claimsOf(body.id_token).sub,
      name: 'Ada Example',
      email: 'ada@contoso.example',
    })
  })
})
