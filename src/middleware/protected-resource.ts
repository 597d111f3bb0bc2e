import { authorityUrl, type Authority } from '../protocol/authority.js'
import { ConfigurationError } from '../protocol/configuration-error.js'
import { isSecureUrl } from '../protocol/loopback.js'
import { metadataPathOf, type ProtectedResourceMetadata } from '../protocol/protected-resource.js'
import { namesIn, knownShape, mistake } from '../validation/requirement-shape.js'
import type { DeclaredScopes } from './declared-scopes.js'
import type { Header, Reply } from './reply.js'
import { pathOf } from './request-view.js'
import { pluginStep, type PluginStep } from './step.js'

/** What the metadata of an API says beyond what `entra()` and its guards already tell. */
export interface ProtectedResourceOptions {
  /** Scopes that no guard of this `entra()` declares: short names, or with the App ID URI in front. */
  readonly scopes?: readonly string[]
  /** What people call this API. */
  readonly name?: string
  /** Where its developers' documentation stands: an https URL. */
  readonly documentation?: string
}

export interface ProtectedResourceSettings {
  readonly authority: Authority
  readonly resourceUrl: string | undefined
  readonly scopes: DeclaredScopes
}

/**
 * Serves the protected resource metadata of an API, at the one path that its resource URL gives;
 * every other request goes on. Anybody may read it, from any page. Nothing of the request gets in.
 *
 * @throws ConfigurationError without a resource URL, and for options that make no metadata.
 * @see https://www.rfc-editor.org/rfc/rfc9728
 */
export function createProtectedResource(
  settings: ProtectedResourceSettings,
  options: ProtectedResourceOptions,
): PluginStep {
  const resource = requiredResource(settings.resourceUrl)
  const described = descriptionOf(options, settings.scopes)
  const path = metadataPathOf(resource)

  /** Made for each request: guards may be declared after the metadata is mounted. */
  function metadata(): ProtectedResourceMetadata {
    const scopes = settings.scopes.all()
    return {
      resource,
      authorization_servers: [authorityUrl(settings.authority)],
      ...(scopes.length === 0 ? {} : { scopes_supported: scopes }),
      bearer_methods_supported: ['header'],
      ...described,
    }
  }

  return pluginStep([path], function protectedResourceMetadata(request) {
    const isOurs = pathOf(request) === path
    return Promise.resolve(isOurs ? answerTo(request.method, metadata) : undefined)
  })
}

function answerTo(method: string, metadata: () => ProtectedResourceMetadata): Reply {
  if (method === 'GET' || method === 'HEAD') {
    return { status: 200, headers: documentHeaders, body: JSON.stringify(metadata()) }
  }
  if (method === 'OPTIONS') return { status: 204, headers: preflightHeaders }
  return { status: 405, headers: [['Allow', 'GET, HEAD, OPTIONS']] }
}

const readableByPages: Header = ['Access-Control-Allow-Origin', '*']
const documentHeaders: readonly Header[] = [
  ['Content-Type', 'application/json'],
  ['Cache-Control', 'public, max-age=3600'],
  readableByPages,
]
const preflightHeaders: readonly Header[] = [
  readableByPages,
  ['Access-Control-Allow-Methods', 'GET, HEAD'],
  ['Access-Control-Allow-Headers', '*'],
  ['Access-Control-Max-Age', '86400'],
]

function requiredResource(resourceUrl: string | undefined): string {
  if (resourceUrl !== undefined) return resourceUrl
  throw new ConfigurationError({
    message:
      'protectedResourceMetadata() needs resourceUrl, and none is configured. Expected the public ' +
      'address of this API, such as https://api.contoso.com/tasks.',
    option: 'resourceUrl',
    environmentVariable: 'ENTRADA_RESOURCE_URL',
  })
}

type Description = Pick<ProtectedResourceMetadata, 'resource_name' | 'resource_documentation'>

function descriptionOf(options: ProtectedResourceOptions, scopes: DeclaredScopes): Description {
  const option = 'protectedResourceMetadata'
  const shape = knownShape(options, option, ['scopes', 'name', 'documentation'])
  scopes.declare(namesIn(shape, 'scopes', option) ?? [])
  const { name, documentation } = shape
  if (name !== undefined && (typeof name !== 'string' || name === '')) {
    throw mistake(option, `name is ${JSON.stringify(name)}. Expected what people call this API.`)
  }
  return {
    ...(name === undefined ? {} : { resource_name: name }),
    ...(documentation === undefined ? {} : { resource_documentation: pageOf(documentation) }),
  }
}

function pageOf(documentation: unknown): string {
  const isText = typeof documentation === 'string' && URL.canParse(documentation)
  if (isText && isSecureUrl(new URL(documentation))) return documentation
  throw mistake(
    'protectedResourceMetadata',
    `documentation is ${JSON.stringify(documentation)}. Expected an absolute https URL.`,
  )
}
