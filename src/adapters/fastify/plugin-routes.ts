import { ConfigurationError } from '../../protocol/configuration-error.js'

/**
 * Paths of the public origin as routes of a context with a prefix.
 *
 * @throws ConfigurationError when one is not under the prefix: Fastify would never run it.
 */
export function routesUnder(prefix: string, paths: readonly string[]): string[] {
  return paths.map((path) => {
    if (path.startsWith(`${prefix}/`)) return path.slice(prefix.length)
    throw new ConfigurationError({
      message:
        `${path} is served by a plugin that is registered under the prefix ${prefix}. Register it ` +
        `outside of the prefix, or give it a path under it, such as ${prefix}${path}.`,
      option: 'routes',
    })
  })
}
