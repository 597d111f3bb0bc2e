import { documentOf, hiddenFields, html, type Html } from './layout.js'
import { permissionList, type RequestedPermission } from './permissions.js'

export interface ConsentModel {
  appName: string
  tenantName: string
  user: { displayName: string; userPrincipalName: string }
  permissions: readonly RequestedPermission[]
  /** Offers the checkbox with which an administrator grants for the whole organization. */
  canConsentForOrganization: boolean
  /** The page of the admin consent endpoint, where accepting always means the organization. */
  adminConsent?: boolean
  /** Where the form goes: `decision=accept|decline`, and `organization=1` when ticked. */
  action: string
  fields?: Readonly<Record<string, string>>
}

export function consentPage(model: ConsentModel): string {
  const { appName, tenantName, user, permissions, action, fields, adminConsent = false } = model
  const offersOrganization = model.canConsentForOrganization && !adminConsent
  return documentOf({
    title: 'Permissions requested',
    body: html`
      <p class="place">${tenantName}, as ${user.displayName} (${user.userPrincipalName})</p>
      <h1>Permissions requested${adminConsent && ' for your organization'}</h1>
      <p>
        <strong>${appName}</strong>
        ${adminConsent ? `asks for these permissions for everyone in ${tenantName}:` : 'asks to:'}
      </p>
      <form method="post" action="${action}">
        ${hiddenFields(fields)} ${permissionList(permissions)}
        ${offersOrganization && organizationChoice(tenantName)}
        <p class="quiet">${meaningOfAccepting(adminConsent)}</p>
        <div class="actions">
          <button class="action primary" name="decision" value="accept">Accept</button>
          <button class="action" name="decision" value="decline">Cancel</button>
        </div>
      </form>
    `,
  })
}

function organizationChoice(tenantName: string): Html {
  return html`<div class="choice">
    <input
      type="checkbox"
      id="organization"
      name="organization"
      value="1"
      aria-describedby="organization-meaning"
    />
    <label for="organization">Consent on behalf of your organization</label>
    <span class="quiet" id="organization-meaning">
      Nobody else in ${tenantName} will be asked for these permissions.
    </span>
  </div>`
}

function meaningOfAccepting(adminConsent: boolean): string {
  return adminConsent
    ? 'By accepting you let the application use these permissions for every user of the organization.'
    : 'By accepting you let the application use these permissions in your name.'
}
