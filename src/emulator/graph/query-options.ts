import { badRequest } from './graph-error.js'

/**
 * Refuses an OData option the operation does not implement: ignoring `$filter` would answer with
 * the wrong rows and look right.
 */
export function requireOnlyOptions(query: URLSearchParams, known: readonly string[]): void {
  for (const name of query.keys()) {
    if (name.startsWith('$') && !known.includes(name)) {
      throw badRequest(
        `The emulator's Graph does not implement the query option '${name}' here. ` +
          `Known: ${known.join(', ')}.`,
      )
    }
  }
}

/** Applies `$select`; without it an entity is shown with its default properties. */
export function selected(
  entity: Readonly<Record<string, unknown>>,
  query: URLSearchParams,
  options: { type: string; defaults: readonly string[] },
): Record<string, unknown> {
  const select = query.get('$select')
  const names = select === null ? options.defaults : select.split(',').map((name) => name.trim())
  const unknown = names.find((name) => !Object.hasOwn(entity, name))
  if (unknown !== undefined) {
    throw badRequest(
      `Parsing OData Select and Expand failed: Could not find a property named '${unknown}' on type '${options.type}'.`,
    )
  }
  return Object.fromEntries([...names, 'id'].map((name) => [name, entity[name]]))
}
