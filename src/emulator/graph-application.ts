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
      return { value, type, displayName, description }
    }),
    appRoles: applicationPermissions.map(([value, displayName]): AppRole => {
      return { value, allowedMemberTypes: ['Application'], displayName }
    }),
  }
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
