/** The longest claims request that is taken from the wire; it travels in a URL and a cookie later. */
const longestClaims = 2048

type JsonObject = Readonly<Record<string, unknown>>

/**
 * Reads a claims request that arrived from outside: JSON with an `access_token` or `id_token`
 * object (OpenID Connect Core 1.0 section 5.5). Undefined when it is anything else or too long.
 * What comes back is written anew, in ASCII, with those two members only.
 */
export function claimsRequestOf(text: string): string | undefined {
  if (text.length > longestClaims) return undefined
  const parsed = jsonObjectOf(text)
  if (parsed === undefined) return undefined
  const members = ['access_token', 'id_token'].filter((name) => Object.hasOwn(parsed, name))
  if (members.length === 0 || !members.every((name) => isObject(parsed[name]))) return undefined
  const rewritten = asciiJson(Object.fromEntries(members.map((name) => [name, parsed[name]])))
  return rewritten.length > longestClaims ? undefined : rewritten
}

/**
 * The `claims` parameter to send: what a challenge demands, together with what this client can
 * do, such as `cp1` for continuous access evaluation. Undefined when there is neither.
 *
 * @param challenge a claims request as {@link claimsRequestOf} gives it.
 * @see https://learn.microsoft.com/entra/identity-platform/claims-challenge
 */
export function mergeClaims(
  challenge: string | undefined,
  capabilities: readonly string[],
): string | undefined {
  if (capabilities.length === 0) return challenge
  const demanded = jsonObjectOf(challenge ?? '') ?? {}
  const forAccessToken = objectIn(demanded, 'access_token')
  const known = objectIn(forAccessToken, 'xms_cc')
  const values = distinct([...textsIn(known['values']), ...capabilities])
  return asciiJson({
    ...demanded,
    access_token: { xms_cc: { ...known, values }, ...without(forAccessToken, 'xms_cc') },
  })
}

/**
 * The claims request that makes Entra ask for authentication contexts, together with what a challenge
 * demands. Undefined when there is neither.
 *
 * @param challenge a claims request as {@link claimsRequestOf} gives it.
 * @see https://learn.microsoft.com/entra/identity-platform/developer-guide-conditional-access-authentication-context
 */
export function withContexts(
  challenge: string | undefined,
  contexts: readonly string[],
): string | undefined {
  if (contexts.length === 0) return challenge
  const demanded = jsonObjectOf(challenge ?? '') ?? {}
  const forIdToken = objectIn(demanded, 'id_token')
  const known = objectIn(forIdToken, 'acrs')
  const values = distinct([...textsIn([known['value'], known['values']].flat()), ...contexts])
  const wanted = values.length === 1 ? { value: values[0] } : { values }
  const acrs = { essential: true, ...wanted }
  return asciiJson({ ...demanded, id_token: { ...forIdToken, acrs } })
}

/** Claims whose values say what is asked for: authentication contexts, and policies. */
const told = ['acrs', 'polids', 'capolids']

/**
 * What a claims request is about: its claims by name, and contexts and policies by value. Two that
 * are about the same may differ in the text, as `nbf` does from one challenge to the next.
 *
 * @param challenge a claims request as {@link claimsRequestOf} gives it.
 */
export function subjectsOf(challenge: string): readonly string[] {
  const members = Object.entries(jsonObjectOf(challenge) ?? {})
  const named = members.flatMap(([member, claims]) =>
    Object.entries(isObject(claims) ? claims : {}).map(([name, wanted]) =>
      told.includes(name) ? `${member} ${name} ${JSON.stringify(wanted)}` : `${member} ${name}`,
    ),
  )
  return named.toSorted()
}

/**
 * Whether a claims request wants authentication contexts and nothing else: the token that lacked them
 * is otherwise as good as before. Everything else ends it.
 *
 * @param challenge a claims request as {@link claimsRequestOf} gives it.
 */
export function isAboutContexts(challenge: string): boolean {
  const members = Object.values(jsonObjectOf(challenge) ?? {})
  const names = members.flatMap((claims) => Object.keys(isObject(claims) ? claims : {}))
  return names.length > 0 && names.every((name) => name === 'acrs')
}

function jsonObjectOf(text: string): JsonObject | undefined {
  try {
    const parsed: unknown = JSON.parse(text)
    return isObject(parsed) ? parsed : undefined
  } catch {
    return undefined
  }
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function objectIn(object: JsonObject, name: string): JsonObject {
  const value = Object.hasOwn(object, name) ? object[name] : undefined
  return isObject(value) ? value : {}
}

function without(object: JsonObject, name: string): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([key]) => key !== name))
}

function textsIn(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []
}

/** The platform writes `cp1`, samples of it `CP1`: the same capability. */
function distinct(values: readonly string[]): readonly string[] {
  const names = values.map((value) => value.toLowerCase())
  return values.filter((_, at) => names.indexOf(names[at] ?? '') === at)
}

/** JSON that base64 and header fields can carry as it is. */
function asciiJson(value: unknown): string {
  return JSON.stringify(value).replaceAll(
    /[^\x20-\x7e]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
