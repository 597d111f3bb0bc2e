import {
  graphAppId,
  personalTenantId,
  type Application,
  type Directory,
  type Tenant,
} from './directory.js'
import { graphApplication } from './graph-application.js'

const contosoId = '7d1c9a10-5a6e-4a1d-8f6c-0b2f5e9d3a77'
const fabrikamId = 'b24f6c1e-93d7-4f0a-9a55-6e1c7d20f8e4'
const webAppId = '5e7f2d91-6b3a-4e88-a1c4-9d0b8f7e6a52'
const tasksApiId = '1c8b5a3e-0f4d-4c2b-8e19-7a6d9b3f2c10'
const legacyApiId = '6f0e2b4d-8c1a-4d37-9e52-b3a7c5d19f08'
const daemonId = '8a2e4c6f-1b3d-4f59-b7a0-c5d3e1f90264'
const adaId = '3f0b6a52-7c1e-4d0b-9b7a-2a6d5b8e1c11'

/**
 * A small world to develop in: the tenants Contoso and Fabrikam, personal accounts, a web app, two
 * APIs and a daemon. Every call returns a new copy, to change as you like before `startEmulator`.
 */
export function contosoDirectory(): Directory {
  return {
    tenants: [contoso(), fabrikam(), personalAccounts()],
    applications: [graphApplication(), webApp(), tasksApi(), legacyApi(), daemon()],
    delegatedGrants: [
      {
        tenant: contosoId,
        client: tasksApiId,
        resource: graphAppId,
        user: 'everyone',
        scopes: ['User.Read'],
      },
    ],
    applicationGrants: [
      { tenant: contosoId, client: daemonId, resource: tasksApiId, roles: ['Tasks.Read.All'] },
    ],
  }
}

function contoso(): Tenant {
  return {
    id: contosoId,
    displayName: 'Contoso',
    domains: ['contoso.onmicrosoft.com', 'contoso.example'],
    users: [
      {
        id: adaId,
        userPrincipalName: 'ada@contoso.example',
        displayName: 'Ada Example',
        givenName: 'Ada',
        surname: 'Example',
        mail: 'ada@contoso.example',
        userType: 'Member',
        messages: [
          {
            subject: 'The quarterly figures',
            from: 'grace@contoso.example',
            receivedDateTime: '2026-09-21T08:15:00Z',
            bodyPreview: 'Could you look at page three before Thursday?',
          },
          {
            subject: 'Lunch',
            from: 'ben@contoso.example',
            receivedDateTime: '2026-09-20T10:40:00Z',
            bodyPreview: 'The usual place at noon?',
          },
        ],
      },
      {
        id: '9a4d1f27-3c58-4e6b-8d90-1f7b2c6e5a43',
        userPrincipalName: 'grace@contoso.example',
        displayName: 'Grace Admin',
        givenName: 'Grace',
        surname: 'Admin',
        mail: 'grace@contoso.example',
        userType: 'Member',
        isAdmin: true,
        appRoles: { [tasksApiId]: ['Tasks.Admin'] },
      },
      {
        id: 'd2b8e6f4-7a19-4c35-b0e2-5f9d8c3a1b67',
        userPrincipalName: 'ben@contoso.example',
        displayName: 'Ben Nomail',
        givenName: 'Ben',
        surname: 'Nomail',
        userType: 'Member',
      },
    ],
  }
}

function fabrikam(): Tenant {
  return {
    id: fabrikamId,
    displayName: 'Fabrikam',
    domains: ['fabrikam.onmicrosoft.com', 'fabrikam.example'],
    users: [
      {
        id: '4e9c7b15-d863-4f2a-a5b7-8c0d2e6f9134',
        userPrincipalName: 'finn@fabrikam.example',
        displayName: 'Finn Fabrik',
        givenName: 'Finn',
        surname: 'Fabrik',
        mail: 'finn@fabrikam.example',
        userType: 'Member',
      },
      {
        id: 'c7d94e0a-2b58-4f16-8d3c-91a0e6b5f27d',
        userPrincipalName: 'ada_contoso.example#EXT#@fabrikam.onmicrosoft.com',
        displayName: 'Ada Example',
        givenName: 'Ada',
        surname: 'Example',
        mail: 'ada@contoso.example',
        userType: 'Guest',
        homeTenantId: contosoId,
        homeId: adaId,
      },
    ],
  }
}

function personalAccounts(): Tenant {
  return {
    id: personalTenantId,
    displayName: 'Personal accounts',
    domains: ['consumers.onmicrosoft.com'],
    users: [
      {
        id: '00000000-0000-0000-5c1e-8a9b7d6f4e21',
        userPrincipalName: 'max@outlook.example',
        displayName: 'Max Personal',
        givenName: 'Max',
        surname: 'Personal',
        mail: 'max@outlook.example',
        userType: 'Personal',
      },
    ],
  }
}

function webApp(): Application {
  return {
    appId: webAppId,
    displayName: 'Contoso Web',
    tenantId: contosoId,
    signInAudience: 'AzureADandPersonalMicrosoftAccount',
    servicePrincipals: {
      [contosoId]: '2f6a9d83-b417-4e5c-90d1-7c8e3b5a4f62',
      [fabrikamId]: '71d3c0b8-5e9f-4a26-83b4-d6f2a1c7e950',
    },
    identifierUris: [],
    redirectUris: [
      'http://localhost/auth/callback',
      'http://localhost/auth/admin-consent/callback',
      'http://localhost/',
    ],
    secrets: ['web-app-secret-for-the-emulator-only'],
    requiredResourceAccess: [
      { resourceAppId: graphAppId, scopes: ['User.Read', 'Mail.Read'] },
      { resourceAppId: tasksApiId, scopes: ['Tasks.Read', 'access_as_user'] },
    ],
    optionalClaims: { idToken: ['login_hint'] },
  }
}

function tasksApi(): Application {
  return {
    appId: tasksApiId,
    displayName: 'Tasks API',
    tenantId: contosoId,
    signInAudience: 'AzureADMultipleOrgs',
    servicePrincipals: {
      [contosoId]: '5b1e8f3a-9c74-4d02-a6e8-3f2d7b9c0e15',
      [fabrikamId]: 'a80c4d62-1f3b-4975-be2d-94e7f5a6c3b1',
    },
    identifierUris: [`api://${tasksApiId}`],
    redirectUris: [],
    secrets: ['tasks-api-secret-for-the-emulator-only'],
    requestedAccessTokenVersion: 2,
    scopes: [
      {
        value: 'Tasks.Read',
        type: 'User',
        displayName: 'Read your tasks',
        description: 'The app can see the tasks on your list.',
      },
      {
        value: 'Tasks.Write',
        type: 'User',
        displayName: 'Change your tasks',
        description: 'The app can add, change and finish tasks on your list.',
      },
      {
        value: 'access_as_user',
        type: 'User',
        displayName: 'Use the Tasks API as you',
        description: 'The app can call the Tasks API in your name.',
      },
    ],
    appRoles: [
      { value: 'Tasks.Read.All', allowedMemberTypes: ['Application'], displayName: 'Read tasks' },
      { value: 'Tasks.Admin', allowedMemberTypes: ['User'], displayName: 'Administer tasks' },
    ],
    knownClientApplications: [webAppId],
    requiredResourceAccess: [{ resourceAppId: graphAppId, scopes: ['User.Read'] }],
    optionalClaims: { accessToken: ['idtyp(include_user_token)', 'xms_cc', 'acrs'] },
  }
}

function legacyApi(): Application {
  return {
    appId: legacyApiId,
    displayName: 'Legacy API',
    tenantId: contosoId,
    signInAudience: 'AzureADMyOrg',
    servicePrincipals: { [contosoId]: '0d7f5c92-6b8e-4a13-9f4c-e1a2b3d4c586' },
    identifierUris: [`api://${legacyApiId}`],
    redirectUris: [],
    secrets: ['legacy-api-secret-for-the-emulator-only'],
    requestedAccessTokenVersion: 1,
    scopes: [
      {
        value: 'access_as_user',
        type: 'User',
        displayName: 'Use the Legacy API as you',
        description: 'The app can call the Legacy API in your name.',
      },
    ],
    appRoles: [
      { value: 'Legacy.Read.All', allowedMemberTypes: ['Application'], displayName: 'Read it all' },
    ],
  }
}

function daemon(): Application {
  return {
    appId: daemonId,
    displayName: 'Report daemon',
    tenantId: contosoId,
    signInAudience: 'AzureADMyOrg',
    servicePrincipals: { [contosoId]: 'e4a1b7c3-58d2-4690-9f0e-3b6c8d2a7f15' },
    identifierUris: [],
    redirectUris: [],
    secrets: ['daemon-secret-for-the-emulator-only'],
    requiredResourceAccess: [{ resourceAppId: tasksApiId, roles: ['Tasks.Read.All'] }],
  }
}
