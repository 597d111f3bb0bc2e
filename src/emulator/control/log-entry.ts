import type { DecodedToken, RequestRecord } from '../request-record.js'
import { html, type Html } from '../pages/layout.js'

/** One request with its answer, folded away behind its first line. */
export function logEntry(record: RequestRecord): Html {
  const { number, method, path, status, codes = [], error, duration } = record
  const isRefusal = status === 0 || status >= 400 || codes.length > 0
  return html`<li id="r${number}">
    <details>
      <summary>
        <time datetime="${timeOf(record)}">${timeOf(record).slice(11, 23)}</time>
        <span class="call">${method} ${path}</span>
        <span class="${isRefusal ? 'outcome refused' : 'outcome'}">
          ${status === 0 ? 'no answer' : status} ${error} ${codes.map((code) => `AADSTS${code} `)}
        </span>
        <span class="quiet">${duration} ms</span>
      </summary>
      <div class="detail">
        ${table('Sent', { ...record.headers, ...record.parameters })} ${answerOf(record)}
        ${tokensOf(record)}
      </div>
    </details>
  </li>`
}

function timeOf({ time }: RequestRecord): string {
  return new Date(time).toISOString()
}

function table(title: string, values: Readonly<Record<string, unknown>>): Html | false {
  const rows = Object.entries(values)
  return (
    rows.length > 0 &&
    html`<h3>${title}</h3>
      <dl class="trace">
        ${rows.map(
          ([name, value]) =>
            html`<dt>${name}</dt>
              <dd>${typeof value === 'string' ? value : JSON.stringify(value)}</dd>`,
        )}
      </dl>`
  )
}

function answerOf({ answer = {} }: RequestRecord): (Html | false)[] {
  const { body, ...headers } = answer
  return [
    table('Came back', {
      ...headers,
      ...(typeof body === 'object' && body !== null && !Array.isArray(body) && body),
    }),
  ]
}

function tokensOf({ tokens = {}, token }: RequestRecord): (Html | false)[] {
  const shown = Object.entries(tokens).map(([name, decoded]) => tokenOf(name, decoded))
  return token === undefined ? shown : [...shown, table('Access token says', token)]
}

function tokenOf(name: string, { header, claims }: DecodedToken): Html {
  return html`${table(`${name}: header`, header)} ${table(`${name}: claims`, claims)}`
}
