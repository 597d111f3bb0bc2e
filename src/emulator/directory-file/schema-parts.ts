import type { JsonSchema } from './json-schema.js'

export function text(description?: string): JsonSchema {
  return described({ type: 'string' }, description)
}

export function guid(description?: string): JsonSchema {
  const pattern = '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$'
  return described({ type: 'string', pattern }, description)
}

export function listOf(items: JsonSchema, description?: string): JsonSchema {
  return described({ type: 'array', items }, description)
}

export function texts(description?: string): JsonSchema {
  return listOf({ type: 'string' }, description)
}

export function flag(description?: string): JsonSchema {
  return described({ type: 'boolean' }, description)
}

function described(schema: JsonSchema, description: string | undefined): JsonSchema {
  return description === undefined ? schema : { ...schema, description }
}
