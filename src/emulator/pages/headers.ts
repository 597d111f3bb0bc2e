import { createHash } from 'node:crypto'
import { continueScript } from './continue-script.js'
import { styleSheet } from './style-sheet.js'

export interface PageHeadersOptions {
  /** Addresses the page may show in frames (the front-channel logout addresses). */
  frames?: readonly string[]
}

/**
 * The response headers of every page of the emulator.
 *
 * The policy names the pages' own style sheet and script by their hashes and forbids the rest. It
 * has no `form-action`: browsers apply that to the redirect after the POST as well, and the
 * redirect of a sign-in leads to the application.
 */
export function pageHeaders({ frames = [] }: PageHeadersOptions = {}): Record<string, string> {
  const frameOrigins = [...new Set(frames.map((address) => new URL(address).origin))]
  const policy = [
    "default-src 'none'",
    `style-src ${styleSource}`,
    `script-src ${scriptSource}`,
    'img-src data:',
    `frame-src ${frameOrigins.length === 0 ? "'none'" : frameOrigins.join(' ')}`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ]
  return {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': policy.join('; '),
    'cache-control': 'no-store',
    'referrer-policy': 'strict-origin-when-cross-origin',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
  }
}

const styleSource = hashSource(styleSheet)
const scriptSource = hashSource(continueScript)

function hashSource(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`
}
