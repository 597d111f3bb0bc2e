/** The part of JSON Schema (draft 2020-12) that the directory's schema is written in. */
export interface JsonSchema {
  $schema?: string
  $id?: string
  $ref?: string
  $defs?: Readonly<Record<string, JsonSchema>>
  title?: string
  description?: string
  type?: 'object' | 'array' | 'string' | 'boolean' | 'integer'
  enum?: readonly (string | number)[]
  const?: string
  pattern?: string
  items?: JsonSchema
  minItems?: number
  properties?: Readonly<Record<string, JsonSchema>>
  required?: readonly string[]
  additionalProperties?: boolean | JsonSchema
  anyOf?: readonly JsonSchema[]
}

/**
 * The first place where a value is not what the schema says, in words: what was found and what was
 * expected. `anyOf` is for editors; whoever validates has chosen the alternative before.
 */
export function mismatch(schema: JsonSchema, value: unknown, where: Place): string | undefined {
  const { path, definitions } = where
  const meant =
    schema.$ref === undefined ? schema : definitions[schema.$ref.split('/').at(-1) ?? '']
  if (meant === undefined || meant.anyOf !== undefined) return undefined
  const kind = kindOf(value)
  if (meant.type !== undefined && kind !== meant.type) {
    return `${path} is ${withArticle(kind)}; expected ${withArticle(meant.type)}.`
  }
  if (meant.enum !== undefined && !meant.enum.some((one) => one === value)) {
    return `${path} is ${JSON.stringify(value)}; expected one of ${meant.enum.join(', ')}.`
  }
  if (typeof value === 'string') return textMismatch(meant, value, path)
  if (Array.isArray(value)) return listMismatch(meant, value, where)
  return isObject(value) ? memberMismatch(meant, value, where) : undefined
}

export interface Place {
  path: string
  definitions: Readonly<Record<string, JsonSchema>>
}

function textMismatch({ pattern }: JsonSchema, text: string, path: string): string | undefined {
  if (pattern === undefined || new RegExp(pattern).test(text)) return undefined
  return `${path} is '${text}'; expected text like ${pattern}.`
}

function listMismatch(
  { items, minItems = 0 }: JsonSchema,
  list: readonly unknown[],
  where: Place,
): string | undefined {
  if (list.length < minItems) {
    return `${where.path} has ${list.length} entries; expected at least ${minItems}.`
  }
  if (items === undefined) return undefined
  return firstOf(
    list.map((item, index) => () => {
      return mismatch(items, item, { ...where, path: `${where.path}[${index}]` })
    }),
  )
}

function memberMismatch(
  { properties = {}, required = [], additionalProperties = true }: JsonSchema,
  object: Readonly<Record<string, unknown>>,
  where: Place,
): string | undefined {
  const missing = required.find((name) => object[name] === undefined)
  if (missing !== undefined) return `${where.path} has no '${missing}', which it needs.`
  return firstOf(
    Object.entries(object).map(([name, value]) => () => {
      const member = Object.hasOwn(properties, name) ? properties[name] : additionalProperties
      const path = where.path === '' ? name : `${where.path}.${name}`
      if (member === undefined || member === true) return undefined
      if (member !== false) return mismatch(member, value, { ...where, path })
      return `${path} is not known here. Known are: ${Object.keys(properties).join(', ')}.`
    }),
  )
}

function firstOf(checks: readonly (() => string | undefined)[]): string | undefined {
  for (const check of checks) {
    const found = check()
    if (found !== undefined) return found
  }
  return undefined
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function kindOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  return Number.isInteger(value) ? 'integer' : typeof value
}

function withArticle(kind: string): string {
  if (kind === 'null') return kind
  return `${/^[aeiou]/.test(kind) ? 'an' : 'a'} ${kind}`
}
