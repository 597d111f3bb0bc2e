import { CommandError } from '../command-error.js'

type Members = Readonly<Record<string, unknown>>

/** A token as far as it can be read without any key. Nothing in it is checked. */
export type TokenReading =
  | { readonly form: 'signed'; readonly header: Members; readonly claims: Members }
  | { readonly form: 'encrypted'; readonly header: Members }
  | { readonly form: 'opaque' }

/** What was typed or piped in, without what a copied header or a shell adds to it. */
export function tokenIn(text: string): string {
  const token = text
    .trim()
    .replace(/^authorization:\s*/i, '')
    .replace(/^bearer\s+/i, '')
    .replace(/^(["'])(.*)\1$/s, '$2')
    .trim()
  if (token === '') throw new CommandError('There is no token: standard input was empty.')
  return token
}

export function readToken(token: string): TokenReading {
  const parts = token.split('.')
  const header = membersIn(parts[0])
  if (header === undefined) return { form: 'opaque' }
  if (parts.length === 5) return { form: 'encrypted', header }
  const claims = membersIn(parts[1])
  if (parts.length !== 3 || claims === undefined) return { form: 'opaque' }
  return { form: 'signed', header, claims }
}

function membersIn(part: string | undefined): Members | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part ?? '', 'base64url').toString('utf8'))
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    return isObject ? (value as Members) : undefined // an object, read member by member
  } catch {
    return undefined
  }
}
