import { noStore, type Header, type Reply } from './reply.js'

/** What one of our pages says. All of it is our own text; nothing of the request is in it. */
export interface Page {
  readonly title: string
  /** Paragraphs. */
  readonly text: readonly string[]
  readonly action?: PageAction | undefined
  /** A second way on, less prominent. */
  readonly alternative?: PageLink | undefined
  /** What an administrator finds the sign-in by in the sign-in log. */
  readonly correlationId?: string | undefined
  /** For somebody who has to look it up: an AADSTS number, or the error's code. */
  readonly code?: string | undefined
}

export interface PageLink {
  readonly kind: 'link'
  readonly label: string
  readonly href: string
  /** Keeps this page open, so that what the browser sent can be sent again. */
  readonly newTab?: boolean
}

export interface PageForm {
  readonly kind: 'form'
  readonly label: string
  /** Path that the form posts to. */
  readonly to: string
  readonly fields: Readonly<Record<string, string>>
}

export type PageAction = PageLink | PageForm

/** Turns a page into HTML; the application may bring its own. */
export type RenderPage = (page: Page) => string

const style =
  ':root{color-scheme:light dark}' +
  'body{margin:0;min-height:100vh;display:grid;place-items:center;background:Canvas;color:CanvasText;' +
  'font:1rem/1.55 system-ui,sans-serif}' +
  'main{box-sizing:border-box;width:min(34rem,100%);padding:2rem 1.5rem}' +
  'h1{margin:0 0 1rem;font-size:1.5rem;line-height:1.25}' +
  'p{margin:0 0 1rem}' +
  'form,.action{margin:1.5rem 0 1rem}' +
  '.action a,button{display:inline-block;padding:.6rem 1.2rem;border:0;border-radius:.3rem;' +
  'background:#0b5cad;color:#fff;font:inherit;font-weight:600;text-decoration:none;cursor:pointer}' +
  'a:focus-visible,button:focus-visible{outline:3px solid Highlight;outline-offset:2px}' +
  'small{color:GrayText;overflow-wrap:anywhere}'

let styleHash: Promise<string> | undefined

/**
 * A finished page. It brings its own Content-Security-Policy, so that it looks and works the same
 * whatever policy the application has: no script, no image, the one style by its hash.
 *
 * @param formTargets Origins that a form on the page may lead to, beside the page's own.
 */
export async function pageReply(
  status: number,
  page: Page,
  context: {
    readonly render?: RenderPage | undefined
    readonly formTargets?: readonly string[]
    readonly headers?: readonly Header[]
  } = {},
): Promise<Reply> {
  const own = context.render === undefined ? [await policyFor(context.formTargets ?? [])] : []
  return {
    status,
    headers: [
      ['Content-Type', 'text/html; charset=utf-8'],
      noStore,
      ['X-Content-Type-Options', 'nosniff'],
      ...own,
      ...(context.headers ?? []),
    ],
    body: (context.render ?? htmlOf)(page),
  }
}

async function policyFor(formTargets: readonly string[]): Promise<Header> {
  styleHash ??= sha256Of(style)
  const policy =
    `default-src 'none'; style-src 'sha256-${await styleHash}'; base-uri 'none'; ` +
    `frame-ancestors 'none'; form-action ${["'self'", ...formTargets].join(' ')}`
  return ['Content-Security-Policy', policy]
}

function htmlOf(page: Page): string {
  const { title, text, action, alternative, correlationId, code } = page
  const details = [
    ...(code === undefined ? [] : [`Code: ${escaped(code)}`]),
    ...(correlationId === undefined ? [] : [`Correlation ID: ${escaped(correlationId)}`]),
  ]
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width">',
    '<meta name="robots" content="noindex">',
    `<title>${escaped(title)}</title>`,
    `<style>${style}</style>`,
    '<main>',
    `<h1>${escaped(title)}</h1>`,
    ...text.map((paragraph) => `<p>${escaped(paragraph)}</p>`),
    ...(action === undefined
      ? []
      : [action.kind === 'form' ? formOf(action) : `<p class="action">${linkOf(action)}</p>`]),
    ...(alternative === undefined ? [] : [`<p>${linkOf(alternative)}</p>`]),
    ...(details.length === 0 ? [] : [`<p><small>${details.join('<br>')}</small></p>`]),
    '</main>',
    '</html>',
    '',
  ].join('\n')
}

function linkOf({ href, label, newTab }: PageLink): string {
  const target = newTab === true ? ' target="_blank" rel="noopener"' : ''
  return `<a href="${escaped(href)}"${target}>${escaped(label)}</a>`
}

function formOf({ to, label, fields }: PageForm): string {
  const inputs = Object.entries(fields).map(
    ([name, value]) => `<input type="hidden" name="${escaped(name)}" value="${escaped(value)}">`,
  )
  return `<form method="post" action="${escaped(to)}">${inputs.join('')}<button>${escaped(label)}</button></form>`
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`)
}

async function sha256Of(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))
  return btoa(String.fromCharCode(...new Uint8Array(digest)))
}
