import { ConfigurationError } from '../protocol/configuration-error.js'

/**
 * Makes a function that gives middleware say so when it is mounted itself, without its parentheses:
 * the framework then calls it with a request, which would look like odd options, or like none.
 *
 * @throws ConfigurationError (ERR_ENTRA_CONFIGURATION) from the function, then.
 */
export function calledFirst<Parameters extends readonly unknown[], Made>(
  name: string,
  make: (...given: Parameters) => Made,
): (...given: Parameters) => Made {
  return (...given) => {
    if (!given.some(isOfFramework)) return make(...given)
    throw new ConfigurationError({
      message: `identity.${name} was mounted without being called. Write identity.${name}(…) with parentheses.`,
      option: name,
    })
  }
}

/** Requests, responses and contexts have headers or lead to what has them; Fastify's own object registers. */
function isOfFramework(value: unknown): boolean {
  if (typeof value !== 'object' && typeof value !== 'function') return false
  if (value === null) return false
  return ['headers', 'req', 'register'].some((name) => name in value)
}
