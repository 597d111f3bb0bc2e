import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from '@jest/globals'
import { appCertificate, type AppCertificate } from '../support/certificates.js'
import { ids } from '../support/ids.js'
import { cli } from './cli.js'

type Members = Record<string, unknown>

/** An app with everything about it that the doctor reads. */
export interface Healthy {
  environment: Record<string, string>
  config: Members
  registration: Members
  grants: Members[]
  events: Members[]
  args: string[]
  now: number
}

export interface Found {
  readonly id: string
  readonly severity: string
  readonly found: string
  readonly expected: string
  readonly cure: string
  readonly docs: string
}

export const certificate: AppCertificate = await appCertificate()
const certificateFile = '/secrets/app.pem'
const thumbprint = await thumbprintOf(certificate.certificate)

const day = 24 * 3_600_000
const folder = mkdtempSync(join(tmpdir(), 'doctor-'))
let files = 0

export function removeFiles(): void {
  rmSync(folder, { recursive: true })
}

/** A deployment in which nothing is to be found: what tests plant their mistakes in. */
export function healthy(): Healthy {
  const now = Date.now()
  return {
    now,
    environment: {
      NODE_ENV: 'production',
      AZURE_TENANT_ID: ids.contoso,
      AZURE_CLIENT_ID: ids.web,
      AZURE_CLIENT_CERTIFICATE_PATH: certificateFile,
      ENTRADA_BASE_URL: 'https://app.contoso.com',
      ENTRADA_SECRET: 'a-secret-of-the-doctor-tests-32-characters',
    },
    config: {
      signIn: { scopes: ['User.Read'], maxAge: 3600 },
      protect: [
        { user: { scopes: ['Tasks.Read'], acrs: ['c1'] } },
        { user: { roles: ['Tasks.Admin'] }, app: { roles: ['Tasks.Read.All'] } },
      ],
      tokens: { user: ['User.Read'], app: ['https://graph.microsoft.com/.default'] },
      server: {
        proxy: true,
        trustProxy: 1,
        processes: 1,
        session: { store: 'shared', cookie: { secure: true, sameSite: 'lax' } },
      },
    },
    registration: {
      appId: ids.web,
      signInAudience: 'AzureADMyOrg',
      identifierUris: [`api://${ids.web}`],
      api: {
        requestedAccessTokenVersion: 2,
        oauth2PermissionScopes: [{ value: 'Tasks.Read', type: 'User', isEnabled: true }],
      },
      appRoles: [
        { value: 'Tasks.Read.All', allowedMemberTypes: ['Application'], isEnabled: true },
        { value: 'Tasks.Admin', allowedMemberTypes: ['User'], isEnabled: true },
      ],
      requiredResourceAccess: [
        {
          resourceAppId: '00000003-0000-0000-c000-000000000000',
          resourceAccess: [
            { id: 'e1fe6dd8-ba31-4d61-89e7-88639da4683d', type: 'Scope' },
            { id: 'df021288-bdef-4463-88db-98f22de89214', type: 'Role' },
          ],
        },
      ],
      optionalClaims: {
        accessToken: ['idtyp', 'acrs', 'xms_cc'].map((name) => ({ name })),
        idToken: ['auth_time', 'login_hint', 'sid'].map((name) => ({ name })),
      },
      keyCredentials: [
        {
          customKeyIdentifier: thumbprint,
          endDateTime: new Date(now + 400 * day).toISOString(),
        },
      ],
      web: {
        redirectUris: ['https://app.contoso.com/auth/callback', 'https://app.contoso.com/'],
        logoutUrl: 'https://app.contoso.com/auth/front-channel-logout',
        implicitGrantSettings: { enableIdTokenIssuance: false, enableAccessTokenIssuance: false },
      },
      spa: { redirectUris: [] },
      publicClient: { redirectUris: [] },
      isFallbackPublicClient: false,
    },
    grants: [{ consentType: 'AllPrincipals', scope: 'openid User.Read' }],
    events: [
      {
        type: 'scopes-asked',
        purpose: 'user',
        scopes: ['https://graph.microsoft.com/User.Read'],
      },
    ],
    args: ['--offline'],
  }
}

/** What the doctor says of a deployment, as a script reads it. */
export async function examine(deployment: Healthy): Promise<readonly Found[]> {
  const { environment, config, registration, grants, events, args, now } = deployment
  files += 1
  const configFile = join(folder, `${files}.config.mjs`)
  writeFileSync(configFile, `export default ${JSON.stringify(config)}`)
  const evidence: Record<string, string> = {
    '/app.json': JSON.stringify(registration),
    '/grants.json': JSON.stringify({ value: grants }),
    '/events.jsonl': events.map((event) => `${JSON.stringify(event)}\n`).join(''),
  }
  const { code, printed } = await cli(
    [
      ...['doctor', '--json', '--config', configFile, '--registration', '/app.json'],
      ...['--grants', '/grants.json', '--events', '/events.jsonl', ...args],
    ],
    {
      environment,
      folder,
      files: { ...evidence, [certificateFile]: certificate.pem },
      clock: () => now,
    },
  )
  const { findings } = JSON.parse(printed) as { findings: Found[] }
  expect(code).toBe(findings.some(({ severity }) => severity !== 'notice') ? 1 : 0)
  return findings
}

async function thumbprintOf(pem: string): Promise<string> {
  const der = Buffer.from(pem.replace(/-----[A-Z ]+-----|\s/g, ''), 'base64')
  return Buffer.from(await crypto.subtle.digest('SHA-1', der)).toString('base64')
}
