import { documentOf, hiddenFields, html, type Html } from './layout.js'

interface PickableAccount {
  id: string
  displayName: string
  userPrincipalName: string
  /** A word on what is special about the account, such as "administrator" or "guest". */
  note?: string | undefined
}

export interface AccountPickerModel {
  appName: string
  tenantName: string
  users: readonly PickableAccount[]
  /** The user name the application suggested: that account comes first and has the focus. */
  loginHint?: string | undefined
  /** Where the form goes: `user=<id>` for an account, `cancel=1` for none. */
  action: string
  fields?: Readonly<Record<string, string>>
}

export function accountPickerPage(model: AccountPickerModel): string {
  const { appName, tenantName, users, loginHint, action, fields } = model
  const hinted = users.find((user) => isNamed(user, loginHint))
  const ordered = hinted === undefined ? users : [hinted, ...users.filter((u) => u !== hinted)]
  return documentOf({
    title: 'Choose an account',
    body: html`
      <p class="place">${tenantName}</p>
      <h1>Choose an account</h1>
      <p>to continue to <strong>${appName}</strong></p>
      ${loginHint !== undefined && hinted === undefined && unknownHint(loginHint)}
      <form method="post" action="${action}">
        ${hiddenFields(fields)}
        <ul class="list">
          ${ordered.map((user) => accountItem(user, user === hinted))}
        </ul>
        <div class="actions">
          <button class="action" name="cancel" value="1">Cancel</button>
        </div>
      </form>
    `,
  })
}

function accountItem(user: PickableAccount, focused: boolean): Html {
  return html`<li>
    <button class="account" name="user" value="${user.id}" ${focused && html`autofocus`}>
      <span class="initials" aria-hidden="true">${initialsOf(user.displayName)}</span>
      <span class="who">
        <span class="name">${user.displayName}</span>
        <span class="address">${user.userPrincipalName}</span>
        ${user.note !== undefined && html`<span class="note">${user.note}</span>`}
      </span>
    </button>
  </li>`
}

function unknownHint(loginHint: string): Html {
  return html`<p class="quiet">
    The application suggested <strong>${loginHint}</strong>, who is not in this directory.
  </p>`
}

function isNamed(user: PickableAccount, loginHint: string | undefined): boolean {
  return user.userPrincipalName.toLowerCase() === loginHint?.toLowerCase()
}

function initialsOf(displayName: string): string {
  const words = displayName.trim().split(/\s+/)
  const letters = words.length > 1 ? [words[0], words.at(-1)] : [words[0]]
  return letters
    .map((word) => Array.from(word ?? '')[0] ?? '')
    .join('')
    .toUpperCase()
}
