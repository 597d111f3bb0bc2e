// Permissions of Microsoft Graph that give more than an app for its own users mostly needs, with
// what to look at instead. It says nothing about who may consent: that is the tenant's to decide.
const narrower: Readonly<Record<string, string>> = {
  'directory.accessasuser.all': 'the permission of the one object, such as User.Read.All',
  'directory.read.all': 'User.ReadBasic.All, GroupMember.Read.All or another single object',
  'directory.readwrite.all': 'the permission of the one object, such as Group.ReadWrite.All',
  'user.read.all': 'User.ReadBasic.All, or User.Read for the user alone',
  'user.readwrite.all': 'User.ReadWrite for the user alone, or User.Read.All',
  'group.read.all': 'GroupMember.Read.All',
  'group.readwrite.all': 'GroupMember.Read.All, or Group.Read.All',
  'groupmember.readwrite.all': 'GroupMember.Read.All',
  'files.read.all': 'Files.Read',
  'files.readwrite.all': 'Files.ReadWrite or Files.Read',
  'sites.read.all': 'Sites.Selected',
  'sites.readwrite.all': 'Sites.Selected',
  'sites.manage.all': 'Sites.Selected',
  'sites.fullcontrol.all': 'Sites.Selected',
  'mail.readwrite.shared': 'Mail.Read or Mail.ReadWrite',
  'calendars.readwrite.shared': 'Calendars.Read or Calendars.ReadWrite',
  'notes.readwrite.all': 'Notes.ReadWrite or Notes.Read',
  'chat.readwrite.all': 'Chat.Read or Chat.ReadBasic',
  'channelmessage.read.all': 'Chat.Read, where channels are not needed',
  'application.read.all': 'User.Read, where only the own app matters',
  'application.readwrite.all': 'Application.Read.All',
  'approleassignment.readwrite.all': 'AppRoleAssignments made by an administrator',
  'rolemanagement.readwrite.directory': 'RoleManagement.Read.Directory',
  'userauthenticationmethod.readwrite.all': 'UserAuthenticationMethod.ReadWrite',
  'ews.accessasuser.all': 'Mail.Read, Calendars.Read, Contacts.Read',
  'devicemanagementconfiguration.readwrite.all': 'DeviceManagementConfiguration.Read.All',
  'devicemanagementmanageddevices.readwrite.all': 'DeviceManagementManagedDevices.Read.All',
}

/** What may do instead of a permission that reaches far; undefined for every other one. */
export function narrowerThan(permission: string): string | undefined {
  return narrower[permission.toLowerCase()]
}
