import { createHash } from 'node:crypto'
import type { RequestRecord } from '../request-record.js'
import { documentOf, html, Html } from '../pages/layout.js'
import { logEntry } from './log-entry.js'

// The entries arrive as the server has written and escaped them.
const logScript = `
const list = document.getElementById('requests')
const empty = document.getElementById('empty')
const source = new EventSource('/emulator/log/stream?after=' + list.dataset.last)
source.onmessage = ({ data }) => {
  const template = document.createElement('template')
  template.innerHTML = JSON.parse(data)
  list.prepend(template.content)
  empty.hidden = true
}
`
const scriptHash = createHash('sha256').update(logScript).digest('base64')

/** What was asked of the emulator and what came back, newest first, growing while one looks. */
export function logPage(records: readonly RequestRecord[]): string {
  const last = records.at(-1)?.number ?? 0
  return documentOf({
    title: 'Requests',
    wide: true,
    body: html`
      <nav class="tabs" aria-label="Emulator">
        <a href="/emulator">Control</a><a href="/emulator/log" aria-current="page">Requests</a>
      </nav>
      <h1>Requests</h1>
      <p class="quiet">
        Newest first. Secrets, codes and tokens are left out; what a token says is shown without its
        signature.
      </p>
      <form method="post" action="/emulator">
        <input type="hidden" name="switch" value="clear-log" />
        <button class="action">Clear</button>
      </form>
      <p id="empty" class="quiet" ${records.length > 0 && html`hidden`}>Nothing was asked yet.</p>
      <ul id="requests" class="list asked log" data-last="${last}">
        ${records.map(logEntry).reverse()}
      </ul>
      ${new Html(`<script>${logScript}</script>`)}
    `,
  })
}

/** `pageHeaders` would forbid this page's script and its stream. */
export function logPageHeaders(headers: Record<string, string>): Record<string, string> {
  const { 'content-security-policy': policy = '' } = headers
  return {
    ...headers,
    'content-security-policy': policy.replace(
      /script-src [^;]*/,
      `script-src 'sha256-${scriptHash}'; connect-src 'self'`,
    ),
  }
}
