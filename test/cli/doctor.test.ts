import { afterAll, describe, expect, it } from '@jest/globals'
import { findingKinds } from '../../src/cli/doctor/finding-kinds.js'
import { ids } from '../support/ids.js'
import { certificate, examine, healthy, removeFiles, type Healthy } from './deployments.js'

afterAll(removeFiles)

type Members = Record<string, unknown>
type Plant = (deployment: Healthy) => unknown

const variables = (changes: Record<string, string | undefined>) => (deployment: Healthy) => {
  const all = { ...deployment.environment, ...changes }
  const given = Object.entries(all).filter(([, value]) => value !== undefined)
  deployment.environment = Object.fromEntries(given) as Record<string, string>
}
const config = (changes: Members) => (deployment: Healthy) =>
  Object.assign(deployment.config, changes)
const server = (changes: Members) => (deployment: Healthy) =>
  Object.assign(deployment.config['server'] as Members, changes)
const cookie = (changes: Members) =>
  server({ session: { store: 'shared', cookie: { secure: true, sameSite: 'lax', ...changes } } })
const registration = (changes: Members) => (deployment: Healthy) =>
  Object.assign(deployment.registration, changes)
const web = (changes: Members) => (deployment: Healthy) =>
  Object.assign(deployment.registration['web'] as Members, changes)
const api = (changes: Members) => (deployment: Healthy) =>
  Object.assign(deployment.registration['api'] as Members, changes)
const signIn = (changes: Members) =>
  config({ signIn: { scopes: ['User.Read'], maxAge: 3600, ...changes } })
const everyone = { consentType: 'AllPrincipals' }
/** Consents of an administrator, each of an API. */
const granted =
  (...grants: (readonly [resourceId: string, scope: string])[]) =>
  (deployment: Healthy) => {
    deployment.grants = grants.map(([resourceId, scope]) => ({ ...everyone, resourceId, scope }))
  }
const asks = (...scopes: string[]) =>
  config({
    tokens: { user: ['User.Read', ...scopes], app: ['https://graph.microsoft.com/.default'] },
  })
const all =
  (...plants: Plant[]): Plant =>
  (deployment) =>
    plants.forEach((plant) => plant(deployment))

const day = 24 * 3_600_000
const inDays = (days: number) => new Date(Date.now() + days * day).toISOString()
const redirect = 'https://app.contoso.com/auth/callback'
const home = 'https://app.contoso.com/'
const local = {
  NODE_ENV: undefined,
  ENTRADA_BASE_URL: 'http://localhost:3000',
  ENTRADA_SECRET: 'a-secret-of-the-doctor-tests-32-characters',
}
const asSecret = { AZURE_CLIENT_CERTIFICATE_PATH: undefined, AZURE_CLIENT_SECRET: 'a secret' }
const common = variables({ AZURE_TENANT_ID: 'common', ENTRADA_TENANTS: ids.contoso })
const needsGroups = config({ protect: [{ user: { groups: [ids.ada] } }] })
const personal = registration({ signInAudience: 'AzureADandPersonalMicrosoftAccount' })
const personalOnly = registration({ signInAudience: 'PersonalMicrosoftAccount' })
const consumers = variables({ AZURE_TENANT_ID: 'consumers' })
const keyless = registration({ keyCredentials: [] })

/** A mistake, what is found, and words of it that lead to the mistake. */
type Planted = readonly [string, Plant, string, RegExp]

const planted: readonly Planted[] = [
  [
    'a tenant that is none',
    variables({ AZURE_TENANT_ID: 'contoso' }),
    'option-invalid',
    /"contoso"/,
  ],
  ['no client ID', variables({ AZURE_CLIENT_ID: undefined }), 'option-missing', /clientId/],
  ['no tenant', variables({ AZURE_TENANT_ID: undefined }), 'option-missing', /tenant/],
  ['common without tenants', variables({ AZURE_TENANT_ID: 'common' }), 'option-missing', /tenants/],
  [
    'a path in the base URL',
    variables({ ENTRADA_BASE_URL: 'https://a.com/b' }),
    'option-invalid',
    /baseUrl/,
  ],
  ['a short secret', variables({ ENTRADA_SECRET: 'short' }), 'option-invalid', /5 characters/],
  [
    'no sealing secret in production',
    variables({ ENTRADA_SECRET: undefined }),
    'option-missing',
    /secret/,
  ],
  [
    'no sealing secret in development',
    variables({ ...local, ENTRADA_SECRET: undefined }),
    'secret-random',
    /random/,
  ],
  [
    'no credential',
    variables({ AZURE_CLIENT_CERTIFICATE_PATH: undefined }),
    'option-missing',
    /credential/,
  ],
  ['no base URL', variables({ ENTRADA_BASE_URL: undefined }), 'option-missing', /baseUrl/],
  [
    'the ID of a secret',
    variables({ ...asSecret, AZURE_CLIENT_SECRET: ids.ada }),
    'option-invalid',
    /AADSTS7000215/,
  ],
  [
    'a certificate file that is missing',
    variables({ AZURE_CLIENT_CERTIFICATE_PATH: '/gone.pem' }),
    'option-invalid',
    /\/gone\.pem/,
  ],
  ['a misspelt option', config({ entra: { tenantId: ids.contoso } }), 'option-invalid', /tenantId/],
  ['a misspelt option of signIn()', signIn({ route: {} }), 'option-invalid', /route/],
  [
    'a guard that requires nothing',
    config({ protect: [{ user: {} }] }),
    'option-invalid',
    /requires nothing/,
  ],
  [
    'a guard whose mistake is told with its place',
    config({ protect: [{ app: { roles: ['A'] } }, { user: { roles: [] } }] }),
    'option-invalid',
    /Correct user\.roles in protect\[1\] of the configuration file/,
  ],
  [
    'a guard that names no kind of caller',
    config({ protect: [{}] }),
    'option-invalid',
    /Correct protect\[0\] of the configuration file/,
  ],
  [
    'every tenant',
    all(common, personal, variables({ AZURE_TENANT_ID: 'common', ENTRADA_TENANTS: 'any' })),
    'tenants-any',
    /'any'/,
  ],

  [
    'TLS that is not checked',
    variables({ NODE_TLS_REJECT_UNAUTHORIZED: '0' }),
    'tls-unchecked',
    /NODE_TLS/,
  ],
  [
    'a misspelt variable',
    variables({ ENTRADA_BASEURL: 'https://a.com' }),
    'variable-unknown',
    /ENTRADA_BASEURL/,
  ],
  [
    'a credential of another client',
    config({ entra: { clientId: ids.api } }),
    'credential-of-another-client',
    /AZURE_CLIENT_CERTIFICATE_PATH/,
  ],
  [
    'a client that is no text, beside a credential of the environment',
    config({ entra: { clientId: 5 } }),
    'option-invalid',
    /clientId is 5/,
  ],
  [
    'an authority that is no text',
    config({ entra: { authorityHost: 5 } }),
    'option-invalid',
    /authorityHost is 5/,
  ],
  [
    'a proxy that fetch ignores',
    variables({ HTTPS_PROXY: 'http://proxy:3128' }),
    'proxy-ignored',
    /HTTPS_PROXY/,
  ],
  [
    'the Graph of another cloud',
    variables({
      AZURE_AUTHORITY_HOST: 'https://login.microsoftonline.us',
      ENTRADA_GRAPH_ENDPOINT: 'https://graph.microsoft.com',
    }),
    'graph-of-another-cloud',
    /graph\.microsoft\.com/,
  ],
  [
    'loopback in production',
    variables({ ENTRADA_BASE_URL: 'http://localhost:3000' }),
    'loopback-in-production',
    /localhost:3000/,
  ],

  [
    'an expired certificate',
    (one) => (one.now += 5 * 365 * day + 10 * day),
    'certificate-expired',
    /app\.pem expired/,
  ],
  [
    'a certificate that expires soon',
    (one) => (one.now += 5 * 365 * day - 20 * day),
    'certificate-expiring',
    /in 2\d days|in 1\d days/,
  ],
  [
    'a certificate from the future',
    (one) => (one.now -= 30 * day),
    'certificate-early',
    /is valid from/,
  ],
  [
    'a client secret in production',
    all(variables(asSecret), keyless),
    'secret-in-production',
    /client secret/,
  ],
  [
    'a certificate that is not registered',
    registration({
      keyCredentials: [{ customKeyIdentifier: 'A'.repeat(40), endDateTime: inDays(400) }],
    }),
    'credential-not-registered',
    /thumbprint/,
  ],
  [
    'registered certificates that expired',
    (one) =>
      Object.assign((one.registration['keyCredentials'] as Members[])[0] ?? {}, {
        endDateTime: inDays(-1),
      }),
    'credential-expired',
    /AADSTS7000222/,
  ],
  [
    'a registered secret that expires soon',
    all(
      variables(asSecret),
      registration({ keyCredentials: [], passwordCredentials: [{ endDateTime: inDays(9.5) }] }),
    ),
    'credential-expiring',
    /in 9 days/,
  ],

  [
    '.default beside a named scope',
    signIn({ scopes: ['https://graph.microsoft.com/.default', 'Mail.Read'] }),
    'scopes-illegal',
    /AADSTS70011/,
  ],
  [
    'two resources in one token',
    config({ tokens: { user: ['User.Read api://other/Read'] } }),
    'scopes-illegal',
    /AADSTS28000/,
  ],
  ['an unsupported OpenID Connect scope', signIn({ scopes: ['phone'] }), 'scopes-illegal', /phone/],
  [
    'an application permission at sign-in',
    signIn({ scopes: ['https://graph.microsoft.com/Calls.AccessMedia.All'] }),
    'scopes-illegal',
    /application permission/,
  ],
  [
    'a scope of the own API without its resource',
    signIn({ scopes: ['Tasks.Reed'] }),
    'scope-suspicious',
    /AADSTS650053/,
  ],
  [
    'R12 a scope that reaches far',
    signIn({ scopes: ['Directory.ReadWrite.All'] }),
    'scope-over-broad',
    /Directory\.ReadWrite\.All/,
  ],
  [
    'R12 a scope that another one contains',
    signIn({ scopes: ['Mail.Read', 'Mail.ReadWrite'] }),
    'scope-redundant',
    /Mail\.Read beside/,
  ],
  [
    'R12 a scope that no token was asked for with',
    signIn({ scopes: ['User.Read', 'Mail.Read'] }),
    'scope-unused',
    /Mail\.Read/,
  ],
  [
    'R12 a recording in which .default hides the use',
    all(signIn({ scopes: ['User.Read', 'Mail.Read'] }), (one) =>
      one.events.push({
        type: 'scopes-asked',
        purpose: 'user',
        scopes: ['https://graph.microsoft.com/.default'],
      }),
    ),
    'scope-use-unknown',
    /\.default/,
  ],

  [
    'a redirect URI that is not registered',
    web({ redirectUris: [home] }),
    'redirect-uri-missing',
    /not among/,
  ],
  [
    'a redirect URI with a slash too many',
    web({ redirectUris: [`${redirect}/`, home] }),
    'redirect-uri-missing',
    /trailing slash/,
  ],
  [
    'a redirect URI in other letters',
    web({ redirectUris: [redirect.replace('auth', 'Auth'), home] }),
    'redirect-uri-missing',
    /upper and lower case/,
  ],
  [
    'a redirect URI over http',
    web({ redirectUris: [redirect.replace('https', 'http'), home] }),
    'redirect-uri-missing',
    /scheme/,
  ],
  [
    'a redirect URI on another host',
    web({ redirectUris: ['https://other.com/auth/callback', home] }),
    'redirect-uri-missing',
    /its host/,
  ],
  [
    'a redirect URI of a single-page application',
    all(web({ redirectUris: [home] }), registration({ spa: { redirectUris: [redirect] } })),
    'redirect-uri-platform',
    /Single-page/,
  ],
  [
    'a redirect URI that cannot be registered',
    signIn({ routes: { callback: '/auth/(callback)' } }),
    'redirect-uri-impossible',
    /a character out of/,
  ],
  [
    'a wildcard',
    web({ redirectUris: [redirect, home, 'https://*.contoso.com/'] }),
    'redirect-uri-wildcard',
    /\*\.contoso/,
  ],
  [
    'addresses of development in production',
    web({ redirectUris: [redirect, home, 'http://localhost/auth/callback'] }),
    'redirect-uri-local',
    /localhost/,
  ],
  [
    'no address after sign-out',
    web({ redirectUris: [redirect] }),
    'sign-out-uri-missing',
    /https:\/\/app\.contoso\.com\//,
  ],
  [
    'front-channel logout elsewhere',
    web({ logoutUrl: 'https://app.contoso.com/logout' }),
    'front-channel-elsewhere',
    /\/logout/,
  ],
  [
    'no front-channel logout',
    web({ logoutUrl: null }),
    'front-channel-missing',
    /no front-channel/,
  ],

  [
    'a proxy that is not trusted',
    server({ trustProxy: false }),
    'proxy-not-trusted',
    /TLS ends at a proxy/,
  ],
  ['a secure cookie over http', variables(local), 'cookie-secure-over-http', /localhost/],
  ['a cookie that is not secure', cookie({ secure: false }), 'cookie-not-secure', /not secure/],
  ['a strict cookie', cookie({ sameSite: 'strict' }), 'cookie-strict', /SameSite=Strict/],
  [
    'a cookie for other sites without Secure',
    cookie({ sameSite: 'none', secure: false }),
    'cookie-cross-site',
    /SameSite=None/,
  ],
  [
    'form_post over http',
    all(
      variables({ ...local, ENTRADA_BASE_URL: 'http://127.0.0.1:3000' }),
      signIn({ responseMode: 'form_post' }),
    ),
    'form-post-over-http',
    /form_post/,
  ],
  [
    'sessions in the memory of several processes',
    server({ processes: 4, session: { store: 'memory' } }),
    'session-store-memory',
    /4 processes/,
  ],
  [
    'several processes without a shared store',
    server({ processes: 4 }),
    'store-not-shared',
    /4 processes/,
  ],

  [
    'the registration of another app',
    registration({ appId: ids.api }),
    'registration-of-another-app',
    new RegExp(ids.api),
  ],
  ['common with a registration of one tenant', common, 'sign-in-audience', /AADSTS50194/],
  [
    'consumers with a registration of one tenant',
    consumers,
    'sign-in-audience',
    /consumers.*its own tenant only \(AADSTS50194, 9002332\)/,
  ],
  [
    'consumers with a registration of organizations',
    all(consumers, registration({ signInAudience: 'AzureADMultipleOrgs' })),
    'sign-in-audience',
    /consumers.*work and school/,
  ],
  [
    'a tenant with a registration of personal accounts',
    personalOnly,
    'sign-in-audience',
    /personal accounts only.*Set tenant \(AZURE_TENANT_ID\) to 'consumers'/,
  ],
  [
    'common with a registration of personal accounts',
    all(common, personalOnly),
    'sign-in-audience',
    /'common'.*personal accounts only/,
  ],
  [
    'personal accounts and version 1.0',
    all(common, personal, api({ requestedAccessTokenVersion: null })),
    'token-version',
    /not 2/,
  ],
  [
    'implicit grant',
    web({ implicitGrantSettings: { enableIdTokenIssuance: true } }),
    'implicit-grant',
    /implicit/,
  ],
  [
    'public client flows',
    registration({ isFallbackPublicClient: true }),
    'public-client',
    /isFallbackPublicClient/,
  ],
  [
    'an audience that is not registered',
    variables({ ENTRADA_AUDIENCES: `api://${ids.web}/` }),
    'audience-not-registered',
    /trailing slash/,
  ],
  [
    'a registered audience that is not configured',
    all(
      api({ requestedAccessTokenVersion: 1 }),
      registration({ identifierUris: ['https://contoso.com/tasks'] }),
    ),
    'audience-not-configured',
    /contoso\.com\/tasks/,
  ],
  [
    'tokens of version 1.0',
    api({ requestedAccessTokenVersion: null }),
    'token-version-1',
    /sts\.windows\.net/,
  ],
  [
    'a scope that is not exposed',
    api({ oauth2PermissionScopes: [{ value: 'tasks.read' }] }),
    'scope-not-exposed',
    /exposed are tasks\.read/,
  ],
  [
    'a scope that is disabled',
    api({ oauth2PermissionScopes: [{ value: 'Tasks.Read', isEnabled: false }] }),
    'scope-not-exposed',
    /is disabled/,
  ],
  [
    'a role of users that apps shall have',
    (one) =>
      Object.assign((one.registration['appRoles'] as Members[])[0] ?? {}, {
        allowedMemberTypes: ['User'],
      }),
    'role-not-exposed',
    /Application/,
  ],
  [
    'no auth_time for maxAge',
    registration({
      optionalClaims: {
        accessToken: ['idtyp', 'acrs', 'xms_cc'].map((name) => ({ name })),
        idToken: [{ name: 'login_hint' }, { name: 'sid' }],
      },
    }),
    'claim-missing',
    /auth_time/,
  ],
  [
    'no acrs for authentication contexts',
    registration({
      optionalClaims: {
        accessToken: [{ name: 'idtyp' }, { name: 'xms_cc' }],
        idToken: ['auth_time', 'login_hint', 'sid'].map((name) => ({ name })),
      },
    }),
    'claim-missing',
    /acrs/,
  ],
  ...[undefined, null, 'None', 'DirectoryRole', 'none, DirectoryRole'].map(
    (groupMembershipClaims): Planted => [
      `no groups in tokens: ${groupMembershipClaims}`,
      all(needsGroups, registration({ groupMembershipClaims })),
      'claim-missing',
      new RegExp(`has no groups.* is ${groupMembershipClaims ?? 'not set'} group`),
    ],
  ),
  [
    'no groups in tokens, and an optional claim that says how they would be written',
    all(needsGroups, (one) => {
      const claims = one.registration['optionalClaims'] as Record<string, Members[]>
      claims['accessToken']?.push({ name: 'groups' })
    }),
    'claim-missing',
    /has no groups/,
  ],
  [
    'no idtyp where apps call',
    registration({
      optionalClaims: {
        accessToken: [{ name: 'acrs' }, { name: 'xms_cc' }],
        idToken: ['auth_time', 'login_hint', 'sid'].map((name) => ({ name })),
      },
    }),
    'claim-advised',
    /idtyp/,
  ],
  [
    '.default of an API that is not listed',
    config({ tokens: { user: ['User.Read'], app: [`api://${ids.api}/.default`] } }),
    'permission-missing',
    new RegExp(ids.api),
  ],
  [
    'application permissions nobody uses',
    config({ tokens: { user: ['User.Read'] } }),
    'permission-unused',
    /Microsoft Graph/,
  ],
  ['a scope nobody consented to', (one) => (one.grants = []), 'consent-missing', /User\.Read/],
  [
    'a scope users consent to one by one',
    (one) => (one.grants = [{ consentType: 'Principal', scope: 'User.Read' }]),
    'consent-personal',
    /1 user/,
  ],
  [
    "a scope of another API, of the same name as one of Graph's",
    all(asks(`api://${ids.api}/User.Read`), granted(['graph', 'openid User.Read'])),
    'consent-missing',
    new RegExp(`nobody has consented to api://${ids.api}/User.Read`),
  ],
  [
    'a scope of another API, which an export with names tells',
    all(asks(`api://${ids.api}/User.Read`), (one) => {
      one.grants = [{ ...everyone, scope: 'User.Read', resourceDisplayName: 'Microsoft Graph' }]
    }),
    'consent-missing',
    new RegExp(`nobody has consented to api://${ids.api}/User.Read`),
  ],
  [
    "a scope of Graph, of the same name as another API's",
    all(asks('Mail.Read'), granted(['graph', 'openid User.Read'], ['tasks', 'Mail.Read'])),
    'consent-missing',
    /nobody has consented to Mail\.Read/,
  ],
  [
    'scopes of two APIs with one name, of which one has consent',
    all(
      asks(`api://${ids.api}/access_as_user`, `api://${ids.daemon}/access_as_user`),
      granted(['graph', 'openid User.Read'], ['tasks', 'access_as_user']),
    ),
    'consent-missing',
    new RegExp(`api://${ids.daemon}/access_as_user are of 2 APIs, and there is consent for 1`),
  ],
]

describe('entrada doctor, without network', () => {
  it('finds nothing in a deployment in which all is well', async () => {
    expect(await examine(healthy())).toEqual([])
  })

  it.each(planted)('%s is found', async (_title, plant, id, words) => {
    const deployment = healthy()
    plant(deployment)
    const findings = await examine(deployment)
    const found = findings.filter((one) => one.id === id)
    expect(findings.map((one) => one.id)).toContain(id)
    expect(found.map((one) => `${one.found} ${one.expected} ${one.cure}`).join('\n')).toMatch(words)
    for (const one of found) {
      expect([one.expected, one.cure, one.docs].every((text) => text.length > 2)).toBe(true)
    }
  })

  it('says nothing about a tenant that is not there but that it is missing', async () => {
    const deployment = healthy()
    all(variables({ AZURE_TENANT_ID: undefined }), personalOnly)(deployment)
    const found = (await examine(deployment)).map(({ id }) => id)
    expect([found.includes('option-missing'), found.includes('sign-in-audience')]).toEqual([
      true,
      false,
    ])
  })

  it('plants every finding that needs no network', () => {
    const live = [
      'node-unsupported',
      'token-refused',
      'credential-rejected',
      'platform-unreachable',
      'platform-refused',
      'metadata-foreign',
      'tenant-unknown',
      'clock-differs',
      'clock-drifts',
      'app-unreachable',
      'app-login-missing',
      'app-login-elsewhere',
      'app-cookie-open',
    ]
    const found = new Set(planted.map(([, , id]) => id))
    expect(
      Object.keys(findingKinds)
        .filter((id) => !found.has(id))
        .sort(),
    ).toEqual(live.sort())
  })

  it.each<[string, Plant]>([
    ['consumers', all(consumers, personal)],
    ['consumers and nobody else', all(consumers, personalOnly)],
    [
      'groups of every kind',
      all(needsGroups, registration({ groupMembershipClaims: 'DirectoryRole, SecurityGroup' })),
    ],
    ['groups of the application', all(needsGroups, registration({ groupMembershipClaims: 'All' }))],
    [
      'two APIs with one name of a scope',
      all(
        asks(`api://${ids.api}/access_as_user`, `api://${ids.daemon}/access_as_user`),
        granted(['graph', 'openid User.Read'], ['a', 'access_as_user'], ['b', 'access_as_user']),
      ),
    ],
    [
      'an API that nothing tells from Graph',
      all(asks(`api://${ids.api}/Tasks.Read`), granted(['a', 'User.Read'], ['b', 'Tasks.Read'])),
    ],
  ])('finds nothing wrong in what is right: %s', async (_title, plant) => {
    const deployment = healthy()
    plant(deployment)
    const found = (await examine(deployment)).map(({ id }) => id)
    const looked = ['sign-in-audience', 'claim-missing', 'consent-missing', 'consent-personal']
    expect(found.filter((id) => looked.includes(id))).toEqual([])
  })

  it('finds several mistakes at once, past the first at which entra() stops', async () => {
    const deployment = healthy()
    variables({ AZURE_TENANT_ID: 'x', AZURE_CLIENT_ID: 'y', ENTRADA_SECRET: 'z' })(deployment)
    signIn({ scopes: ['phone'] })(deployment)
    const found = (await examine(deployment)).map(({ found }) => found).join('\n')
    for (const words of ['"x"', '"y"', '1 characters', '"phone"']) expect(found).toContain(words)
  })

  it('leaves out what is accepted', async () => {
    const deployment = healthy()
    all(signIn({ scopes: ['Mail.Read.Shared', 'Files.Read.All', 'User.Read'] }))(deployment)
    deployment.args.push('--accept', 'scope-over-broad,scope-unused', '--accept', 'consent-missing')
    expect(await examine(deployment)).toEqual([])
  })

  it('tells no secret and no key', async () => {
    const deployment = healthy()
    variables({ ...asSecret, AZURE_CLIENT_SECRET: 'hush-hush', ENTRADA_SECRET: 'too-short-hush' })(
      deployment,
    )
    const text = JSON.stringify(await examine(deployment))
    expect(text).not.toContain('hush')
    expect(text).not.toContain(certificate.pem.slice(40, 80))
  })
})
