import { AccessRefusal } from '../../src/protocol/access-errors.js'
import { bearerTokenOf } from '../../src/validation/bearer.js'
import type { Random } from './random.js'

const pieces = [
  'Bearer',
  'bearer',
  'BEARER',
  'BeArEr',
  'Basic',
  'DPoP',
  'Bearerx',
  'x',
  'eyJh.eyJh.c2ln',
  'abc',
  '=',
  '==',
  ' ',
  '  ',
  '\t',
  ',',
  ', ',
  '"',
  ';',
  ':',
  '\u00a0',
  '\r\n',
  '\u0000',
  'é',
  '\u2028',
  '-',
  '_',
  '~',
  '+',
  '/',
  '.',
  '%41',
  '<',
  '(',
  '!',
  '|',
]

export function randomHeaders(random: Random): string[] {
  const lines = random.chance(0.1) ? random.below(3) + 2 : random.chance(0.05) ? 0 : 1
  return Array.from({ length: lines }, () => randomHeader(random))
}

function randomHeader(random: Random): string {
  const start = random.chance(0.6)
    ? `${random.pick(['Bearer', 'bearer', 'BEARER'])}${random.pick([' ', ' ', '  ', '\t', ''])}`
    : ''
  const count = random.below(6)
  return start + Array.from({ length: count }, () => random.pick(pieces)).join('')
}

/** A second reading of RFC 6750 section 2.1 and RFC 9110 sections 5.5 and 11.1, letter by letter. */
export function expectedOf(headers: readonly string[]): string {
  if (headers.length === 0) return '401'
  if (headers.length > 1) return '400'
  const letters: (string | undefined)[] = Array.from(headers[0] ?? '')
  const isSpace = (letter: string | undefined) => letter === ' ' || letter === '\t'
  while (isSpace(letters[0])) letters.shift()
  while (isSpace(letters.at(-1))) letters.pop()
  let scheme = ''
  while (isTokenCharacter(letters[0])) scheme += letters.shift() ?? ''
  if (scheme.toLowerCase() !== 'bearer')
    return joinedHeaders(scheme + letters.join('')) ? '400' : '401'
  const spaces = letters.findIndex((letter) => letter !== ' ')
  if (spaces < 1) return '400'
  const token = letters.slice(spaces).join('')
  let end = token.length
  while (token[end - 1] === '=') end -= 1
  const isWellFormed = end > 0 && Array.from(token.slice(0, end)).every(isBase64Character)
  return isWellFormed ? `token ${token}` : '400'
}

function joinedHeaders(value: string): boolean {
  return value
    .split(',')
    .slice(1)
    .some((part) => /^[ \t]*bearer[ \t]/i.test(part))
}

function isTokenCharacter(letter: string | undefined): boolean {
  if (letter === undefined) return false
  return isAlphanumeric(letter) || "!#$%&'*+-.^_`|~".includes(letter)
}

function isBase64Character(letter: string): boolean {
  return isAlphanumeric(letter) || '-._~+/'.includes(letter)
}

function isAlphanumeric(letter: string): boolean {
  return (
    (letter >= '0' && letter <= '9') ||
    (letter >= 'A' && letter <= 'Z') ||
    (letter >= 'a' && letter <= 'z')
  )
}

export function answerTo(headers: readonly string[]): string {
  try {
    return `token ${bearerTokenOf(headers)}`
  } catch (error) {
    if (error instanceof AccessRefusal) return String(error.status)
    throw error
  }
}
