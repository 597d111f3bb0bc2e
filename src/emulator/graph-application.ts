import {
  graphAppId,
  type Application,
  type AppRole,
  type DelegatedPermission,
} from './directory.js'

/** Microsoft's own tenant, which registers Microsoft Graph. */
const microsoftTenantId = 'f8cdef31-a31e-4b4a-93e4-5f571e91255a'

/** The registration of Microsoft Graph, with a working selection of its real permissions. */
export function graphApplication(): Application {
  return {
    appId: graphAppId,
    displayName: 'Microsoft Graph',
    tenantId: microsoftTenantId,
    signInAudience: 'AzureADandPersonalMicrosoftAccount',
    identifierUris: ['https://graph.microsoft.com'],
    redirectUris: [],
    requestedAccessTokenVersion: 1,
    scopes: delegated.map(([value, type, displayName, description]): DelegatedPermission => {
      return { ...idIn(scopeIds, value), value, type, displayName, description }
    }),
    appRoles: applicationPermissions.map(([value, displayName]): AppRole => {
      return { ...idIn(roleIds, value), value, allowedMemberTypes: ['Application'], displayName }
    }),
  }
}

function idIn(ids: Readonly<Record<string, string>>, value: string): { id?: string } {
  const id = ids[value]
  return id === undefined ? {} : { id }
}

type DelegatedRow = readonly [
  value: string,
  type: 'User' | 'Admin',
  displayName: string,
  description: string,
]

// `openid`, `profile`, `email` and `offline_access` are permissions of Microsoft Graph: a consent
// to them is stored there, and a token asked for with nothing else is one for its UserInfo endpoint.
const delegated: readonly DelegatedRow[] = [
  ['openid', 'User', 'Sign you in', 'Lets you sign in to the app with your account.'],
  ['profile', 'User', 'View your basic profile', 'Name, picture and user name.'],
  ['email', 'User', 'View your e-mail address', 'The app can read your primary e-mail address.'],
  [
    'offline_access',
    'User',
    'Maintain access to data you have given it access to',
    'The app keeps this access even when you are not using it.',
  ],
  ['User.Read', 'User', 'Sign you in and read your profile', 'Your profile and your company.'],
  ['User.ReadBasic.All', 'User', 'Read the basic profiles of all users', 'Names and pictures.'],
  ['User.Read.All', 'Admin', 'Read the full profiles of all users', 'On behalf of the user.'],
  ['User.RevokeSessions.All', 'Admin', 'Revoke all sign in sessions', 'On behalf of the user.'],
  ['Mail.Read', 'User', 'Read your mail', 'The app can read the mail in your mailbox.'],
  ['Mail.ReadWrite', 'User', 'Read and write your mail', 'Create, read, change and delete mail.'],
  ['Mail.Send', 'User', 'Send mail as you', 'The app can send mail in your name.'],
  ['Calendars.Read', 'User', 'Read your calendars', 'The app can read your calendars.'],
  ['Calendars.ReadWrite', 'User', 'Have full access to your calendars', 'Read and change events.'],
  ['Contacts.Read', 'User', 'Read your contacts', 'The app can read your contacts.'],
  ['Files.Read', 'User', 'Read your files', 'The app can read your files.'],
  ['Files.ReadWrite', 'User', 'Have full access to your files', 'Read, change and delete files.'],
  ['Tasks.Read', 'User', 'Read your tasks and task lists', 'The app can read your tasks.'],
  ['Tasks.ReadWrite', 'User', 'Create, read, change and delete your tasks', 'And shared ones.'],
  ['Group.Read.All', 'Admin', 'Read all groups', 'Group properties, members and conversations.'],
  ['GroupMember.Read.All', 'Admin', 'Read group memberships', 'Members and basic properties.'],
  ['Directory.Read.All', 'Admin', 'Read directory data', 'Users, groups and apps.'],
]

const applicationPermissions: readonly (readonly [value: string, displayName: string])[] = [
  ['User.Read.All', 'Read the full profiles of all users'],
  ['Mail.Read', 'Read mail in all mailboxes'],
  ['Mail.Send', 'Send mail as any user'],
  ['Calendars.Read', 'Read calendars in all mailboxes'],
  ['Files.Read.All', 'Read files in all site collections'],
  ['Group.Read.All', 'Read all groups'],
  ['Directory.Read.All', 'Read directory data'],
]

// GUIDs of the "Microsoft Graph permissions reference"; exported registrations name permissions by them.
const scopeIds: Readonly<Record<string, string>> = {
  openid: '37f7f235-527c-4136-accd-4a02d197296e',
  profile: '14dad69e-099b-42c9-810b-d002981feec1',
  email: '64a6cdd6-aab1-4aaf-94b8-3cc8405e90d0',
  offline_access: '7427e0e9-2fba-42fe-b0c0-848c9e6a8182',
  'User.Read': 'e1fe6dd8-ba31-4d61-89e7-88639da4683d',
  'User.ReadBasic.All': 'b340eb25-3456-403f-be2f-af7a0d370277',
  'User.Read.All': 'a154be20-db9c-4678-8ab7-66f6cc099a59',
  'User.RevokeSessions.All': 'fc30e98b-8810-4501-81f5-c20a3196387b',
  'Mail.Read': '570282fd-fa5c-430d-a7fd-fc8dc98a9dca',
  'Mail.ReadWrite': '024d486e-b451-40bb-833d-3e66d98c5c73',
  'Mail.Send': 'e383f46e-2787-4529-855e-0e479a3ffac0',
  'Calendars.Read': '465a38f9-76ea-45b9-9f34-9e8b0d4b0b42',
  'Calendars.ReadWrite': '1ec239c2-d7c9-4623-a91a-a9775856bb36',
  'Contacts.Read': 'ff74d97f-43af-4b68-9f2a-b77ee6968c5d',
  'Files.Read': '10465720-29dd-4523-a11a-6a75c743c9d9',
  'Files.ReadWrite': '5c28f0bf-8a70-41f1-8ab2-9032436ddb65',
  'Tasks.Read': 'f45671fb-e0fe-4b4b-be20-3d3ce43f1bcb',
  'Tasks.ReadWrite': '2219042f-cab5-40cc-b0d2-16b1540b4c5f',
  'Group.Read.All': '5f8c59db-677d-491f-a6b8-5f174b11ec1d',
  'GroupMember.Read.All': 'bc024368-1153-4739-b217-4326f2e966d0',
  'Directory.Read.All': '06da0dbc-49e2-44d2-8312-53f166ab848a',
}

const roleIds: Readonly<Record<string, string>> = {
  'User.Read.All': 'df021288-bdef-4463-88db-98f22de89214',
  'Mail.Read': '810c84a8-4a9e-49e6-bf7d-12d183f40d01',
  'Mail.Send': 'b633e1c5-b582-4048-a93e-9f11b44c7e96',
  'Calendars.Read': '798ee544-9d2d-430c-a058-570e29e34338',
  'Files.Read.All': '01d4889c-1287-42c6-ac1f-5d1e02578ef6',
  'Group.Read.All': '5b567255-7703-4780-807c-7be8301ae99b',
  'Directory.Read.All': '7ab1d382-f21e-4acd-a863-ba3e13f7da61',
}
