import { documentOf, hiddenFields, html } from './layout.js'
import { permissionList, type RequestedPermission } from './permissions.js'
import { traceList, type Trace } from './trace.js'

export interface AdminApprovalModel {
  appName: string
  user: { displayName: string; userPrincipalName: string }
  /** The permissions that only an administrator may grant. */
  permissions: readonly RequestedPermission[]
  /** Where the form goes, with `cancel=1`. */
  returnAction: string
  fields?: Readonly<Record<string, string>>
  trace: Trace
}

export function adminApprovalPage(model: AdminApprovalModel): string {
  const { appName, user, permissions, returnAction, fields, trace } = model
  return documentOf({
    title: 'Need admin approval',
    body: html`
      <p class="place">${user.displayName} (${user.userPrincipalName})</p>
      <h1>Need admin approval</h1>
      <p>
        <strong>${appName}</strong> asks for permissions in your organization that only an
        administrator can grant. Ask an administrator to grant them before you use it.
      </p>
      ${permissionList(permissions)} ${traceList(trace, 90094)}
      <form method="post" action="${returnAction}">
        ${hiddenFields(fields)}
        <div class="actions">
          <button class="action" name="cancel" value="1">
            Return to the application without granting consent
          </button>
        </div>
      </form>
    `,
  })
}
