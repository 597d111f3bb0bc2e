/** A permission in words, as far as its name follows the grammar of Microsoft Graph's names. */
export function permissionInWords(name: string, holder: 'user' | 'app'): string | undefined {
  if (name in wholeNames) return wholeNames[name]
  const [subject = '', operation = '', ...limits] = name.split('.')
  const does = operations[operation]
  if (does === undefined || subject === '') return undefined
  return `${does} ${subjectInWords(subject)}${rangeOf(limits, holder)}`
}

const wholeNames: Readonly<Record<string, string>> = {
  openid: 'sign the user in',
  profile: "read the user's name and other basic facts",
  email: "read the user's e-mail address",
  offline_access: 'keep access without the user (a refresh token)',
  access_as_user: 'call this API as the user',
  user_impersonation: 'act as the user',
}

const operations: Readonly<Record<string, string>> = {
  Read: 'read',
  ReadBasic: 'read the basic facts of',
  ReadWrite: 'read and change',
  Write: 'change',
  Send: 'send',
  Create: 'create',
  Manage: 'manage',
  FullControl: 'fully control',
  Invite: 'invite',
  Export: 'export',
}

/** `DeviceManagementApps` becomes `device management apps`; `AI` stays together. */
function subjectInWords(subject: string): string {
  return subject
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replaceAll(/[-_]/g, ' ')
    .toLowerCase()
}

function rangeOf(limits: readonly string[], holder: 'user' | 'app'): string {
  if (limits.includes('All')) {
    return holder === 'app' ? ' of everyone' : ' of everyone, as far as the user may'
  }
  if (limits.includes('Shared')) return ' of the user, and what is shared with the user'
  if (limits.includes('OwnedBy')) return ' that the app owns'
  if (limits.includes('Selected')) return ' that were selected for the app'
  if (limits.length > 0) return ` (${limits.join(', ')})`
  return holder === 'app' ? '' : ' of the user'
}
