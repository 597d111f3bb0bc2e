import { CommandError } from '../command-error.js'

type Members = Readonly<Record<string, unknown>>

/** A token as far as it can be read without any key. Nothing in it is checked. */
export type TokenReading =
  | { readonly form: 'signed'; readonly header: Members; readonly claims: Members }
  | { readonly form: 'encrypted'; readonly header: Members }
  | { readonly form: 'opaque' }

/** A token as it was typed or piped in: alone, or as it stands in a request. */
export interface WrittenToken {
  /** The value of the Authorization header that would carry it: what a guard judges. */
  readonly authorization: string
  /** What is read: without quotes, which a guard refuses. */
  readonly token: string
  readonly isQuoted: boolean
}

/** @throws CommandError when there is none. */
export function writtenTokenIn(text: string): WrittenToken {
  const line = text.trim()
  const value = line.replace(/^authorization:\s*/i, '')
  const isHeader = value !== line || /^["']?bearer\s/i.test(value)
  const bare = withoutQuotes(value).replace(/^bearer\s+/i, '')
  const token = withoutQuotes(bare)
  if (token === '') throw new CommandError('There is no token: standard input was empty.')
  return {
    authorization: isHeader ? value : `Bearer ${value}`,
    token,
    isQuoted: /["']/.test(value),
  }
}

function withoutQuotes(text: string): string {
  return text.replace(/^(["'])(.*)\1$/s, '$2').trim()
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
