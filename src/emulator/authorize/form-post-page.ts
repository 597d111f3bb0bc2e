import { createHash } from 'node:crypto'
import { documentOf, hiddenFields, html, Html } from '../pages/layout.js'

const submitScript = 'document.forms[0].submit()'
const scriptHash = createHash('sha256').update(submitScript).digest('base64')

/** The page of `response_mode=form_post`: it submits itself, or by a button where scripts are off. */
export function formPostPage(action: string, fields: Readonly<Record<string, string>>): string {
  return documentOf({
    title: 'Working…',
    body: html`<h1>Taking you back to the application</h1>
      <form method="post" action="${action}" name="hiddenform">
        ${hiddenFields(fields)}
        <noscript><button type="submit">Continue</button></noscript>
      </form>
      ${new Html(`<script>${submitScript}</script>`)}`,
  })
}

/** `pageHeaders` would forbid this page's script. */
export function formPostHeaders(headers: Record<string, string>): Record<string, string> {
  const { 'content-security-policy': policy = '' } = headers
  return {
    ...headers,
    'content-security-policy': policy.replace(
      /script-src [^;]*/,
      `script-src 'sha256-${scriptHash}'`,
    ),
  }
}
