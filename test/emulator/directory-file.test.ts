import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { contosoDirectory, startEmulator, type DirectoryFile } from '../../src/emulator/index.js'
import { createClientCertificate } from './client-certificate.js'
import { claimsOf, contoso, graph, postToken, stopAll } from './contoso.js'

const folder = mkdtempSync(join(tmpdir(), 'entrada-directory-'))
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})
afterAll(stopAll)

let count = 0
function file(content: unknown): string {
  const path = join(folder, `directory-${(count += 1)}.json`)
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
  return path
}

const filesApi = '1c8b5a3e-0f4d-4c2b-8e19-7a6d9b3f2c99'
const client = '5e7f2d91-6b3a-4e88-a1c4-9d0b8f7e6a52'

/** As `az ad app show` prints it: much more than the emulator reads, and nulls. */
const exported = {
  '@odata.context': 'https://graph.microsoft.com/v1.0/$metadata#applications/$entity',
  id: '0c3f7c0e-8a3f-4b0e-9d3c-3a1d0f5e9b11',
  appId: filesApi,
  createdDateTime: '2024-02-01T10:00:00Z',
  displayName: 'Files API',
  publisherDomain: 'fabrikam.onmicrosoft.com',
  signInAudience: 'AzureADMultipleOrgs',
  identifierUris: [`api://${filesApi}`],
  isFallbackPublicClient: null,
  groupMembershipClaims: 'ApplicationGroup',
  tags: [],
  api: {
    acceptMappedClaims: null,
    requestedAccessTokenVersion: 2,
    knownClientApplications: [client],
    preAuthorizedApplications: [
      { appId: client, delegatedPermissionIds: ['a1b2c3d4-1111-4aaa-8bbb-000000000001'] },
    ],
    oauth2PermissionScopes: [
      {
        id: 'a1b2c3d4-1111-4aaa-8bbb-000000000001',
        value: 'access_as_user',
        type: 'User',
        isEnabled: true,
        adminConsentDisplayName: 'Access Files API',
        adminConsentDescription: 'For everyone',
        userConsentDisplayName: null,
        userConsentDescription: null,
      },
      { id: 'a1b2c3d4-1111-4aaa-8bbb-000000000009', value: 'gone', type: 'User', isEnabled: false },
    ],
  },
  appRoles: [
    {
      id: 'a1b2c3d4-2222-4aaa-8bbb-000000000002',
      value: 'Files.Read.All',
      allowedMemberTypes: ['Application'],
      isEnabled: true,
      displayName: 'Read all files',
      description: '…',
    },
  ],
  requiredResourceAccess: [
    {
      resourceAppId: graph,
      resourceAccess: [
        { id: 'e1fe6dd8-ba31-4d61-89e7-88639da4683d', type: 'Scope' },
        { id: 'df021288-bdef-4463-88db-98f22de89214', type: 'Role' },
        { id: 'ffffffff-ba31-4d61-89e7-88639da4683d', type: 'Scope' },
      ],
    },
  ],
  optionalClaims: {
    accessToken: [
      {
        name: 'idtyp',
        additionalProperties: ['include_user_token'],
        essential: false,
        source: null,
      },
      { name: 'xms_cc', additionalProperties: [], essential: false, source: null },
    ],
    idToken: null,
    saml2Token: [],
  },
  web: {
    homePageUrl: null,
    redirectUris: ['https://app.contoso.example/signin-oidc'],
    logoutUrl: 'https://app.contoso.example/signout-oidc',
    implicitGrantSettings: { enableIdTokenIssuance: true, enableAccessTokenIssuance: false },
  },
  spa: { redirectUris: ['https://app.contoso.example/page'] },
  publicClient: { redirectUris: ['http://localhost'] },
  passwordCredentials: [{ keyId: 'x', hint: 'abc', secretText: null }],
  keyCredentials: [],
}

describe('an exported real registration', () => {
  it('joins Contoso, with its permissions by name and a note on what nobody declares', async () => {
    const certificate = await createClientCertificate('files')
    const key = certificate.pem.replace(/-----[^-]+-----|\s/g, '')
    const path = file({ ...exported, keyCredentials: [{ key, usage: 'Verify' }] })
    const emulator = await startEmulator(pathToFileURL(path))
    try {
      const found = emulator.directory.applications.find(({ appId }) => appId === filesApi)
      expect(found).toMatchObject({
        displayName: 'Files API',
        tenantId: 'b24f6c1e-93d7-4f0a-9a55-6e1c7d20f8e4',
        redirectUris: ['https://app.contoso.example/signin-oidc', 'http://localhost'],
        spaRedirectUris: ['https://app.contoso.example/page'],
        logoutUrl: 'https://app.contoso.example/signout-oidc',
        enableIdTokenIssuance: true,
        requestedAccessTokenVersion: 2,
        groupMembershipClaims: 'ApplicationGroup',
        preAuthorizedApplications: [{ appId: client, scopes: ['access_as_user'] }],
        requiredResourceAccess: [
          { resourceAppId: graph, scopes: ['User.Read'], roles: ['User.Read.All'] },
        ],
        optionalClaims: { accessToken: ['idtyp(include_user_token)', 'xms_cc'], idToken: [] },
      })
      expect(found?.scopes?.map(({ value }) => value)).toEqual(['access_as_user'])
      expect(found?.certificates).toHaveLength(1)
      expect(emulator.directory.tenants).toHaveLength(3)
      expect(emulator.directoryFile?.notes).toEqual([
        expect.stringContaining('ffffffff-ba31-4d61-89e7-88639da4683d'),
      ])
      const { status, body } = await postToken(
        emulator,
        {
          grant_type: 'client_credentials',
          client_id: filesApi,
          client_secret: 'secret-for-the-emulator-only',
          scope: 'https://graph.microsoft.com/.default',
        },
        { tenant: 'fabrikam.onmicrosoft.com' },
      )
      expect(status).toBe(200)
      expect(claimsOf(body['access_token']).appid).toBe(filesApi)
    } finally {
      await emulator.stop()
    }
  })

  it('may be one of several, or one of a directory’s applications', async () => {
    const other = { ...exported, appId: client, displayName: 'Real web app' }
    const emulator = await startEmulator(file({ value: [exported, other] }))
    const own = await startEmulator(file({ applications: [exported] }))
    await Promise.all([emulator.stop(), own.stop()])
    const named = emulator.directory.applications.filter(({ appId }) => appId === client)
    expect(named.map(({ displayName }) => displayName)).toEqual(['Real web app'])
    expect(own.directory.applications.map(({ appId }) => appId)).toEqual([graph, filesApi])
    expect(own.directory.tenants[0]?.id).toBe(contoso)
  })
})

describe('a directory file that cannot be used', () => {
  it.each([
    ['{', /directory-\d+\.json cannot be used: .*JSON/],
    ['[]', undefined],
    [{ tenants: [] }, /tenants has 0 entries; expected at least 1\./],
    [{ tenats: [] }, /tenats is not known here\. Known are: \$schema, tenants, applications/],
    [
      {
        applications: [{ appId: filesApi, displayName: 'X', tenantId: contoso, redirectUris: 'x' }],
      },
      /applications\[0\]\.redirectUris is a string; expected an array\./,
    ],
    [
      { applications: [{ appId: 'x', displayName: 'X', tenantId: contoso }] },
      /applications\[0\]\.appId is 'x'; expected text like/,
    ],
    [
      { applications: [{ appId: filesApi, tenantId: contoso }] },
      /applications\[0\] has no 'displayName', which it needs\./,
    ],
    [
      { ...exported, signInAudience: 'Everybody' },
      /The registration\.signInAudience is "Everybody"; expected one of AzureADMyOrg/,
    ],
    [
      { appId: filesApi, replyUrlsWithType: [], name: 'Old' },
      /older form\. Export it with: az ad app show --id/,
    ],
  ])('says where and what was expected: %j', async (content, message) => {
    const starting = startEmulator(file(content))
    if (message === undefined) await (await starting).stop()
    else await expect(starting).rejects.toThrow(message)
  })

  it('says when there is none', async () => {
    await expect(startEmulator(join(folder, 'none.json'))).rejects.toThrow(
      /none\.json cannot be read/,
    )
  })
})

describe('the directory file, while the emulator runs', () => {
  const { tenants, applications } = contosoDirectory()
  const changes: DirectoryFile[] = []
  let waiting: (() => void) | undefined
  const next = () =>
    new Promise<DirectoryFile>((resolve) => {
      waiting = () => {
        const change = changes.at(-1)
        if (change !== undefined) resolve(change)
      }
    })
  let path: string
  beforeAll(() => {
    path = file({ tenants, applications })
  })

  it('takes effect when it changes, and keeps what was good when it breaks', async () => {
    const emulator = await startEmulator(path, {
      onDirectoryChange: (change) => {
        changes.push({ ...change })
        waiting?.()
      },
    })
    try {
      const renamed = tenants.map((tenant) => ({
        ...tenant,
        displayName: `New ${tenant.displayName}`,
      }))
      const grant = {
        tenant: contoso,
        client,
        resource: graph,
        user: 'everyone',
        scopes: ['User.Read'],
      }
      const replacement = file({ tenants: renamed, applications, delegatedGrants: [grant] })
      const changed = next()
      renameSync(replacement, path) // as editors save
      expect((await changed).problem).toBeUndefined()
      expect(emulator.directory.tenants[0]?.displayName).toBe('New Contoso')
      expect(emulator.grants.list().delegated).toContainEqual(grant)

      const broken = next()
      writeFileSync(path, '{ "tenants": 1 }')
      expect((await broken).problem?.message).toContain('tenants is an integer; expected an array.')
      expect(emulator.directory.tenants[0]?.displayName).toBe('New Contoso')
      const page = await fetch(emulator.controlUrl)
      expect(await page.text()).toContain('tenants is an integer')
    } finally {
      await emulator.stop()
    }
  })
})
