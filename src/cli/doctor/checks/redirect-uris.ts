import { isLoopbackHost } from '../../../protocol/loopback.js'
import { skipped, type Check } from '../check.js'
import { redirectUrisOf, type Deployment } from '../deployment.js'
import { finding, type Finding } from '../finding.js'
import { isSameRedirectUri, nearMissOf } from '../redirect-uri-match.js'
import type { Registration } from '../registration.js'

/** Where the platform sends browsers, against what the app answers at and what is registered. */
export const redirectUrisCheck: Check = {
  title: 'Redirect URIs',
  run(deployment) {
    const wanted = redirectUrisOf(deployment)
    if (wanted.length === 0)
      return skipped('nobody signs in: neither baseUrl nor signIn is configured')
    const { registration } = deployment.evidence
    return [
      ...wanted.flatMap(impossible),
      ...(registration === undefined
        ? []
        : [
            ...wanted.flatMap((uri) => registered(uri, registration)),
            ...signOutFindings(deployment, registration),
            ...frontChannelFindings(deployment, registration),
            ...oddRegistrations(deployment, registration),
          ]),
    ]
  },
}

/** What no registration can hold. */
function impossible(uri: string): readonly Finding[] {
  const reason = /[!$'(),;]/.test(uri)
    ? "a character out of ! $ ' ( ) , ;"
    : uri.length > 256
      ? 'more than 256 characters'
      : new URL(uri).hostname === '[::1]'
        ? 'the host [::1]'
        : undefined
  if (reason === undefined) return []
  return [
    finding('redirect-uri-impossible', {
      found: `${uri} has ${reason}`,
      expected: 'an address that can be registered',
      cure: 'Change baseUrl, or signIn({ routes: { callback } }).',
    }),
  ]
}

function registered(uri: string, { redirectUris }: Registration): readonly Finding[] {
  const { web, spa, publicClient } = redirectUris
  if (web.some((one) => isSameRedirectUri(one, uri))) return []
  const platform = spa.some((one) => isSameRedirectUri(one, uri))
    ? 'Single-page application'
    : publicClient.some((one) => isSameRedirectUri(one, uri))
      ? 'Mobile and desktop applications'
      : undefined
  if (platform !== undefined) {
    return [
      finding('redirect-uri-platform', {
        found: `${uri} is registered for the platform ${platform}`,
        expected: 'the platform Web: this app redeems codes with its credential',
        cure: 'Move it to Web, under "Authentication" of the app registration.',
      }),
    ]
  }
  const near = nearMissOf(uri, web)
  return [
    finding('redirect-uri-missing', {
      found: near ?? `${uri} is not among the redirect URIs for Web: ${web.join(', ') || 'none'}`,
      expected: uri,
      cure: 'Register it under "Authentication", Web, letter by letter; or change baseUrl or routes.',
    }),
  ]
}

/** The way back from sign-out has to be a redirect URI, too. */
function signOutFindings(
  { settings, signIn }: Deployment,
  { redirectUris }: Registration,
): readonly Finding[] {
  if (signIn === undefined) return []
  return settings.baseUrls
    .map((origin) => `${origin}${signIn.afterSignOut}`)
    .filter((uri) => !redirectUris.web.some((one) => isSameRedirectUri(one, uri)))
    .map((uri) =>
      finding('sign-out-uri-missing', {
        found: `${uri} is not registered, so Entra shows its own page after a sign-out`,
        expected: uri,
        cure: 'Register it as a redirect URI for Web, or set signIn({ afterSignOut }).',
      }),
    )
}

function frontChannelFindings(
  { settings, signIn }: Deployment,
  { logoutUrl }: Registration,
): readonly Finding[] {
  if (signIn === undefined) return []
  const path = signIn.routes.frontChannelLogout
  const wanted = settings.baseUrls.map((origin) => `${origin}${path}`)
  if (logoutUrl === undefined) {
    return [
      finding('front-channel-missing', {
        found: 'the registration has no front-channel logout URL',
        expected: wanted[0] ?? path,
        cure: 'Set it under "Authentication"; it takes https.',
      }),
    ]
  }
  if (wanted.some((uri) => isSameRedirectUri(logoutUrl, uri))) return []
  return [
    finding('front-channel-elsewhere', {
      found: `the front-channel logout URL is ${logoutUrl}`,
      expected: wanted.join(' or '),
      cure: 'Change it under "Authentication", or signIn({ routes: { frontChannelLogout } }).',
    }),
  ]
}

function oddRegistrations(
  { settings, production }: Deployment,
  { redirectUris }: Registration,
): readonly Finding[] {
  const all = Object.values(redirectUris).flat()
  const wildcards = all.filter((uri) => uri.includes('*'))
  const isPublic = settings.baseUrls.some((origin) => !isLoopbackHost(new URL(origin).hostname))
  const local = all.filter((uri) => URL.canParse(uri) && isLoopbackHost(new URL(uri).hostname))
  return [
    ...wildcards.map((uri) =>
      finding('redirect-uri-wildcard', {
        found: `${uri} lets codes go to every address that fits`,
        expected: 'whole addresses',
        cure: 'Register each address on its own and remove the wildcard.',
      }),
    ),
    ...(production && isPublic && local.length > 0
      ? [
          finding('redirect-uri-local', {
            found: `${local.join(', ')} in the registration of production`,
            expected: 'a registration of its own for development',
            cure: 'Register another app for development, and remove them here.',
          }),
        ]
      : []),
  ]
}
