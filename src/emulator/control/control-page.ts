import { documentOf, html, type Html } from '../pages/layout.js'
import type { Platform } from '../platform/platform.js'
import type { Controls } from './controls.js'
import { inForce } from './in-force.js'
import type { Field, Switch, SwitchGroup } from './switch.js'

export interface ControlPageModel {
  controls: Controls
  groups: readonly SwitchGroup[]
  /** The switch that was turned last. */
  done: Switch | undefined
}

/** Every switch of the emulator, and whom and what its directory holds. */
export function controlPage({ controls, groups, done }: ControlPageModel): string {
  const { platform } = controls
  return documentOf({
    title: 'Control',
    wide: true,
    body: html`
      <nav class="tabs" aria-label="Emulator">
        <a href="/emulator" aria-current="page">Control</a><a href="/emulator/log">Requests</a>
      </nav>
      <h1>Control</h1>
      ${done !== undefined && html`<p class="done" role="status">Done: ${done.title}</p>`}
      ${forceList(inForce(controls))} ${groups.map(groupSection)} ${directoryFile(controls)}
      ${directory(platform)}
    `,
  })
}

function forceList(sentences: readonly string[]): Html {
  if (sentences.length === 0) {
    return html`<p class="quiet">Nothing is switched: the platform behaves as usual.</p>`
  }
  return html`<h2>In force now</h2>
    <ul class="plain">
      ${sentences.map((sentence) => html`<li>${sentence}</li>`)}
    </ul>`
}

function groupSection({ title, switches }: SwitchGroup): Html {
  return html`<section>
    <h2>${title}</h2>
    <div class="switches">${switches.map(switchForm)}</div>
  </section>`
}

function switchForm({ name, title, explanation, fields, action }: Switch): Html {
  return html`<form class="switch" method="post" action="/emulator">
    <h3>${title}</h3>
    <p class="quiet">${explanation}</p>
    <input type="hidden" name="switch" value="${name}" />
    ${fields.map((field) => fieldOf(field, `${name}-${field.name}`))}
    <button class="action">${action}</button>
  </form>`
}

function fieldOf(field: Field, id: string): Html {
  return html`<p class="field"><label for="${id}">${field.label}</label>${inputOf(field, id)}</p>`
}

function inputOf({ name, choices, placeholder, type = 'text', required }: Field, id: string): Html {
  if (choices === undefined) {
    return html`<input
      id="${id}"
      name="${name}"
      type="${type}"
      placeholder="${placeholder}"
      autocomplete="off"
      ${type === 'number' && html`min="0"`}
      ${required === true && html`required`}
    />`
  }
  return html`<select id="${id}" name="${name}">
    ${choices.map(({ value, label }) => html`<option value="${value}">${label}</option>`)}
  </select>`
}

function directoryFile({ directoryFile: file }: Controls): Html | false {
  if (file === undefined) return false
  return html`<section>
    <h2>Directory file</h2>
    <p><code>${file.path}</code></p>
    ${file.problem !== undefined && html`<p class="trouble">${file.problem.message}</p>`}
    ${
      file.notes.length > 0 &&
      html`<ul class="plain">
        ${file.notes.map((note) => html`<li>${note}</li>`)}
      </ul>`
    }
  </section>`
}

function directory({ directory: { tenants, applications } }: Platform): Html {
  return html`<section>
    <h2>Directory</h2>
    ${tenants.map(
      ({ id, displayName, users }) =>
        html`<h3>${displayName} <code>${id}</code></h3>
          <ul class="plain">
            ${users.map(
              (user) =>
                html`<li>
                  ${user.displayName}, ${user.userPrincipalName} <code>${user.id}</code>
                </li>`,
            )}
          </ul>`,
    )}
    <h3>Applications</h3>
    <ul class="plain">
      ${applications.map(({ appId, displayName }) => html`<li>${displayName} <code>${appId}</code></li>`)}
    </ul>
  </section>`
}
