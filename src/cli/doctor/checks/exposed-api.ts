import type { Check } from '../check.js'
import type { Deployment } from '../deployment.js'
import { finding, type Finding } from '../finding.js'
import type { Registration } from '../registration.js'
import { requiredBy, type RequiredNames } from '../required-names.js'
import { withRegistration } from './registration.js'

/** What the registration exposes, against what the guards require. */
export const exposedApiCheck: Check = {
  title: 'Exposed API',
  run: (deployment) =>
    withRegistration(deployment, (registration) => {
      const required = requiredBy(deployment)
      return [
        ...scopes(required, registration),
        ...roles(required.appRoles, 'Application', registration),
        ...roles(required.userRoles, 'User', registration),
        ...unknownAudiences(deployment, registration),
        ...forgottenAudiences(deployment, registration),
        ...oldTokens(deployment, registration),
      ]
    }),
}

function scopes(required: RequiredNames, registration: Registration): readonly Finding[] {
  const exposed = registration.scopes.filter(({ isEnabled }) => isEnabled).map(({ value }) => value)
  return required.scopes
    .filter((name) => !exposed.includes(name))
    .map((name) => {
      const isDisabled = registration.scopes.some(({ value }) => value === name)
      return finding('scope-not-exposed', {
        found: isDisabled
          ? `the scope ${name} is disabled`
          : `a guard requires ${name}; exposed are ${exposed.join(', ') || 'none'}`,
        expected: `the scope ${name}, enabled`,
        cure: 'Add it under "Expose an API", or require one that is there; names count letter by letter.',
      })
    })
}

function roles(
  required: readonly string[],
  member: 'User' | 'Application',
  { appRoles }: Registration,
): readonly Finding[] {
  const fits = appRoles.filter(
    ({ isEnabled, forApps, forUsers }) => isEnabled && (member === 'User' ? forUsers : forApps),
  )
  return required
    .filter((name) => !fits.some(({ value }) => value === name))
    .map((name) => {
      const isOther = appRoles.some(({ value, isEnabled }) => value === name && isEnabled)
      return finding('role-not-exposed', {
        found: isOther
          ? `the role ${name} is not for members of the kind ${member}`
          : `a guard requires ${name}; declared are ${fits.map(({ value }) => value).join(', ') || 'none'}`,
        expected: `the app role ${name} for ${member}`,
        cure: 'Change it under "App roles": allowed member types.',
      })
    })
}

function isApi(deployment: Deployment, { scopes, appRoles }: Registration): boolean {
  return deployment.configuration.protect.length > 0 || scopes.length > 0 || appRoles.length > 0
}

function unknownAudiences(
  { settings }: Deployment,
  { identifierUris }: Registration,
): readonly Finding[] {
  const isUsual = (uri: string) => uri === `api://${settings.clientId}`
  return settings.audiences
    .filter((uri) => !identifierUris.includes(uri) && !isUsual(uri))
    .map((uri) => {
      const other = uri.endsWith('/') ? uri.slice(0, -1) : `${uri}/`
      const slash = identifierUris.includes(other) ? '; it differs by its trailing slash' : ''
      return finding('audience-not-registered', {
        found: `${uri} is no App ID URI: ${identifierUris.join(', ') || 'none is registered'}${slash}`,
        expected: 'App ID URIs of the registration, letter by letter',
        cure: 'Change audiences (ENTRADA_AUDIENCES), or the App ID URI under "Expose an API".',
      })
    })
}

/** A version 1.0 token carries whichever App ID URI the client asked for. */
function forgottenAudiences(
  deployment: Deployment,
  registration: Registration,
): readonly Finding[] {
  const { settings } = deployment
  const { identifierUris, tokenVersion } = registration
  if (tokenVersion === 2 || !isApi(deployment, registration)) return []
  const known = [...settings.audiences, `api://${settings.clientId}`]
  return identifierUris
    .filter((uri) => !known.includes(uri))
    .map((uri) =>
      finding('audience-not-configured', {
        found: `${uri} is an App ID URI and not among audiences, and tokens have version 1.0`,
        expected: 'every App ID URI that clients may ask by',
        cure: 'Add it to audiences (ENTRADA_AUDIENCES), or set requestedAccessTokenVersion to 2.',
      }),
    )
}

function oldTokens(deployment: Deployment, registration: Registration): readonly Finding[] {
  if (registration.tokenVersion === 2 || !isApi(deployment, registration)) return []
  return [
    finding('token-version-1', {
      found:
        'requestedAccessTokenVersion is null or 1: tokens name the App ID URI and sts.windows.net',
      expected: '2: the audience is always the client ID',
      cure: 'Set api.requestedAccessTokenVersion to 2 in the manifest, when every reader of the tokens takes it.',
    }),
  ]
}
