import { html, type Html } from './layout.js'

export interface RequestedPermission {
  /** The permission's name for people, such as "Sign you in and read your profile". */
  title: string
  description: string
  /** The display name of the API it belongs to. */
  resource: string
}

/** Each permission with its explanation folded away behind its title. */
export function permissionList(permissions: readonly RequestedPermission[]): Html {
  return html`<ul class="list asked">
    ${permissions.map(
      ({ title, description, resource }) =>
        html`<li>
          <details>
            <summary>${title}</summary>
            <p class="detail">${description} <em>(${resource})</em></p>
          </details>
        </li>`,
    )}
  </ul>`
}
