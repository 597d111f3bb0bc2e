/** One challenge of a `WWW-Authenticate` header. */
export interface AuthenticateChallenge {
  /** The scheme in lower case: `bearer`. */
  readonly scheme: string
  /** The parameters by their names in lower case, quotes and escapes resolved. */
  readonly parameters: ReadonlyMap<string, string>
  /** The scheme's single value, where it has one instead of parameters. */
  readonly token68: string | undefined
}

/** Longer headers are not looked at: nothing honest is near this. */
const longestHeader = 32 * 1024

/**
 * Reads the challenges of a `WWW-Authenticate` field: several in one header, several headers, or
 * the one string that `Headers.get` joins them to. A challenge that names a parameter twice is
 * left out, and so is everything from the first byte that the grammar does not allow.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-11.6.1
 */
export function challengesOf(
  header: string | readonly string[] | null | undefined,
): readonly AuthenticateChallenge[] {
  const lines = typeof header === 'string' ? [header] : (header ?? [])
  return lines.filter((line) => line.length <= longestHeader).flatMap(readLine)
}

function readLine(line: string): readonly AuthenticateChallenge[] {
  const reader = new Reader(line)
  const challenges: AuthenticateChallenge[] = []
  reader.skipSeparators()
  while (!reader.atEnd) {
    const challenge = readChallenge(reader)
    if (challenge === 'malformed') break
    if (challenge !== 'ambiguous') challenges.push(challenge)
    reader.skipSeparators()
  }
  return challenges
}

type Read = AuthenticateChallenge | 'malformed' | 'ambiguous'

function readChallenge(reader: Reader): Read {
  const scheme = reader.take(token)?.toLowerCase()
  if (scheme === undefined) return 'malformed'
  const spaced = reader.take(spaces) !== undefined
  if (!spaced) return reader.atBoundary ? challengeOf(scheme) : 'malformed'
  const token68 = reader.take(loneToken68)
  if (token68 !== undefined) return challengeOf(scheme, token68)
  return readParameters(reader, scheme)
}

function readParameters(reader: Reader, scheme: string): Read {
  const parameters = new Map<string, string>()
  let ambiguous = false
  for (;;) {
    reader.skipSeparators()
    const name = reader.take(parameterName)?.toLowerCase()
    if (name === undefined) break
    const value = readValue(reader)
    if (value === undefined) return 'malformed'
    if (parameters.has(name)) ambiguous = true
    parameters.set(name, value)
    reader.take(spaces)
    if (!reader.atBoundary) return 'malformed'
  }
  if (parameters.size === 0 && !reader.atBoundary) return 'malformed'
  return ambiguous ? 'ambiguous' : challengeOf(scheme, undefined, parameters)
}

function readValue(reader: Reader): string | undefined {
  reader.take(equals)
  const quoted = reader.take(quotedString)
  if (quoted === undefined) return reader.take(token)
  return quoted.slice(1, -1).replaceAll(/\\([\s\S])/g, '$1')
}

function challengeOf(
  scheme: string,
  token68?: string,
  parameters: ReadonlyMap<string, string> = new Map(),
): AuthenticateChallenge {
  return Object.freeze({ scheme, parameters, token68 })
}

const token = /[!#$%&'*+\-.^_`|~0-9A-Za-z]+/y
const spaces = /[ \t]+/y
const separators = /[ \t,]+/y
const equals = /[ \t]*=[ \t]*/y
// A parameter is told from the next scheme, and token68 from a parameter, by what follows.
const parameterName = /[!#$%&'*+\-.^_`|~0-9A-Za-z]+(?=[ \t]*=)/y
const loneToken68 = /[A-Za-z0-9\-._~+/]+=*(?=[ \t]*(?:,|$))/y
const quotedString = /"(?:[^"\\]|\\[\s\S])*"/y

/** Reads a header from left to right, never back. */
class Reader {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  get atEnd(): boolean {
    return this.#at >= this.#text.length
  }

  /** At the end of the header or before a comma. */
  get atBoundary(): boolean {
    return this.atEnd || this.#text[this.#at] === ','
  }

  take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at
    const [found] = pattern.exec(this.#text) ?? []
    if (found !== undefined) this.#at += found.length
    return found
  }

  skipSeparators(): void {
    this.take(separators)
  }
}
