import { resourceMismatch } from '../errors/scope-errors.js'
import type { Platform } from '../platform/platform.js'
import type { ParsedScope } from './parse-scope.js'
import { identifiersOf, isNamed } from './scope-plan.js'

/**
 * The `resource` parameter of RFC 8707, which clients of the Model Context Protocol send. Scopes say
 * already which API is meant, so it only may agree with them: it is, character for character, an
 * Application ID URI of the API that every scope belongs to (AADSTS9010010).
 * https://learn.microsoft.com/entra/agent-id/secure-mcp-server-with-entra-id
 */
export function requireMatchingResource(
  platform: Platform,
  indicator: string | undefined,
  { permissions }: ParsedScope,
): void {
  if (indicator === undefined) return
  const meant = platform.directory.applications.find((application) =>
    identifiersOf(platform, application).includes(indicator),
  )
  const agrees =
    meant !== undefined &&
    permissions.length > 0 &&
    permissions.every(({ resource = platform.cloud.graphResource }) =>
      isNamed(platform, meant, resource),
    )
  if (!agrees) throw resourceMismatch()
}
