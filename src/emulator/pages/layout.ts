import { styleSheet } from './style-sheet.js'

/** Text that is HTML already. Whatever else a template meets is escaped. */
export class Html {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

type Insert = Html | string | number | false | undefined | readonly Insert[]

/** A template whose inserted strings are escaped, in text and in quoted attributes alike. */
export function html(fragments: TemplateStringsArray, ...inserts: Insert[]): Html {
  const rest = inserts.map((insert, index) => textOf(insert) + (fragments[index + 1] ?? ''))
  return new Html([fragments[0] ?? '', ...rest].join(''))
}

export interface Page {
  /** The window's title, without the emulator's own name. */
  title: string
  body: Html
  head?: Html
  /** For pages that show much at once. */
  wide?: true
}

/** The frame of every page: the banner that says what this is, and one card in the middle. */
export function documentOf({ title, body, head, wide }: Page): string {
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="robots" content="noindex" />
        <title>${title} – local emulator</title>
        <link rel="icon" href="data:," />
        ${new Html(`<style>${styleSheet}</style>`)} ${head}
      </head>
      <body>
        <header class="banner">
          <p>
            <strong>Local emulator.</strong> This page is not Microsoft’s. The accounts are invented
            and there are no passwords.
          </p>
        </header>
        <main class="${wide === true ? 'card wide' : 'card'}">${body}</main>
      </body>
    </html>`
  return page.text
}

/** The values a form carries back unchanged. */
export function hiddenFields(fields: Readonly<Record<string, string>> = {}): Html[] {
  return Object.entries(fields).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`,
  )
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function textOf(insert: Insert): string {
  if (insert === undefined || insert === false) return ''
  if (insert instanceof Html) return insert.text
  if (typeof insert === 'object') return insert.map(textOf).join('')
  return String(insert).replace(/[&<>"']/g, (character) => entities[character] ?? '')
}
