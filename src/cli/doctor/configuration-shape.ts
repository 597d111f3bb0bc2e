type Shape = (value: unknown) => boolean

const isText: Shape = (value) => typeof value === 'string'
const isObject: Shape = (value) =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const listOf =
  (member: Shape): Shape =>
  (value) =>
    Array.isArray(value) && value.every(member)
const isScopes: Shape = (value) => isText(value) || listOf(isText)(value)

/** What each member of a configuration file has to be, and how that is said. */
const shapes: readonly (readonly [path: string, shape: Shape, expected: string])[] = [
  ['entra', isObject, 'the options of entra()'],
  ['signIn', isObject, 'the options of signIn()'],
  ['adminConsent', isObject, 'the options of adminConsent()'],
  ['protect', listOf(isObject), 'a list of requirements, such as [{ user: { scopes: [] } }]'],
  ['tokens', isObject, 'an object of lists'],
  ['tokens.user', listOf(isScopes), "a list, such as [['User.Read', 'Mail.Read']]"],
  ['tokens.onBehalfOf', listOf(isScopes), "a list, such as ['https://vault.azure.net/.default']"],
  ['tokens.app', listOf(isScopes), "a list, such as ['https://vault.azure.net/.default']"],
  ['server', isObject, 'an object'],
  ['server.session', isObject, 'an object'],
  ['server.session.cookie', isObject, 'an object'],
  ['accept', listOf(isText), 'a list of the ids of findings'],
]

/** What is wrong with the form of a configuration; what the members hold is for the checks to judge. */
export function misshapenIn(exported: object): string | undefined {
  for (const [path, shape, expected] of shapes) {
    const value = memberAt(exported, path.split('.'))
    if (value !== undefined && !shape(value)) return `${path} as something else than ${expected}`
  }
  return undefined
}

function memberAt(value: unknown, [name, ...rest]: readonly string[]): unknown {
  if (name === undefined || value === undefined) return value
  return memberAt((Object(value) as Record<string, unknown>)[name], rest) // looked at, never trusted
}
