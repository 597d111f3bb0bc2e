import { closestName } from '../protocol/closest-name.js'
import { ConfigurationError } from '../protocol/configuration-error.js'

type Shape = Readonly<Record<string, unknown>>

/**
 * A requirement's object with nothing but known keys: a key that is misspelt would otherwise
 * require nothing.
 *
 * @throws ConfigurationError
 */
export function knownShape(value: unknown, option: string, keys: readonly string[]): Shape {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw mistake(
      option,
      `${option} is ${printed(value)}. Expected an object with ${keys.join(', ')}.`,
    )
  }
  const unknown = Object.keys(value).find((key) => !keys.includes(key))
  if (unknown !== undefined) {
    const closest = closestName(unknown, keys)
    const hint =
      closest === undefined ? `Known are ${keys.join(', ')}.` : `Did you mean ${closest}?`
    throw mistake(option, `${option} has no key ${JSON.stringify(unknown)}. ${hint}`)
  }
  return value as Shape // an object, read member by member
}

/**
 * A list of names that is neither empty nor repeats itself. Undefined when it was not given.
 *
 * @throws ConfigurationError also for an empty list: nothing required is a mistake, not permission.
 */
export function namesIn(shape: Shape, key: string, option: string): readonly string[] | undefined {
  const value = shape[key]
  if (value === undefined) return undefined
  const name = option === '' ? key : `${option}.${key}`
  if (!Array.isArray(value) || value.length === 0) {
    throw mistake(name, `${name} is ${printed(value)}. Expected a list with at least one entry.`)
  }
  const names = value.map((entry: unknown) => nameIn(entry, name))
  const twice = names.find((entry, index) => names.indexOf(entry) !== index)
  if (twice !== undefined)
    throw mistake(name, `${name} names ${JSON.stringify(twice)} twice. Name it once.`)
  return Object.freeze(names)
}

/** Refuses two keys that contradict each other, such as `scopes` and `anyScope`. */
export function onlyOneOf(shape: Shape, option: string, one: string, other: string): void {
  if (shape[one] === undefined || shape[other] === undefined) return
  throw mistake(
    option,
    `${option} has both ${one} (all of them) and ${other} (one of them). Keep one.`,
  )
}

export function mistake(option: string, message: string): ConfigurationError {
  return new ConfigurationError({ message, option })
}

/** Names in tokens are single words: two in one string are a forgotten comma. */
function nameIn(entry: unknown, name: string): string {
  if (typeof entry === 'string' && /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(entry)) return entry
  throw mistake(
    name,
    `${name} holds ${printed(entry)}. Expected a name without spaces and quotes; write several names as ` +
      "several arguments, such as requireScopes('Tasks.Read', 'Tasks.Write').",
  )
}

function printed(value: unknown): string {
  if (value === undefined || typeof value === 'function') return `a value of type ${typeof value}`
  try {
    return JSON.stringify(value)
  } catch {
    return 'an object that refers to itself'
  }
}
