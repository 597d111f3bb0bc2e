import type { Host } from '../../host/host.js'
import {
  adminConsentChoicesOf,
  type AdminConsentChoices,
} from '../../middleware/admin-consent-options.js'
import type { EntraOptions } from '../../middleware/entra-options.js'
import type { Settings } from '../../middleware/settings.js'
import {
  signInChoicesOf,
  type SignInChoices,
  type SignInOptions,
} from '../../middleware/sign-in-options.js'
import { ConfigurationError } from '../../protocol/configuration-error.js'
import type { WrittenToken } from '../explain/token-reading.js'
import type { Terminal } from '../terminal.js'
import type { Configuration } from './configuration.js'
import type { Registration } from './registration.js'
import { settledOptionsOf } from './settled-options.js'

/** An app as it is configured, with all that is known of its registration and its use. */
export interface Deployment {
  readonly configuration: Configuration
  readonly host: Host
  readonly terminal: Terminal
  /** The options as given; the environment is not in them. */
  readonly options: EntraOptions
  /** What is wrong in the configuration; `settings` are settled without it. */
  readonly faults: readonly ConfigurationError[]
  readonly settings: Settings
  readonly production: boolean
  /** Undefined when nobody signs in. */
  readonly signIn: SignInChoices | undefined
  readonly adminConsent: AdminConsentChoices | undefined
  readonly evidence: Evidence
}

/** What was handed to the doctor beside the configuration. */
export interface Evidence {
  readonly registration: Registration | undefined
  /** An access token for this API. */
  readonly token: WrittenToken | undefined
  readonly grants: readonly ConsentGrant[] | undefined
  readonly events: readonly RecordedEvent[] | undefined
  /** Whether the running app may be asked. */
  readonly app: boolean
}

/** A delegated consent, as Microsoft Graph's `oauth2PermissionGrant` shows it. */
export interface ConsentGrant {
  readonly everyone: boolean
  /** Permissions by name; of which API, the other members tell. */
  readonly scopes: readonly string[]
  /** The API's service principal in this tenant. */
  readonly resourceId: string | undefined
  /** The API's name, where it was asked for. */
  readonly resourceName: string | undefined
}

/** A line of what `onEvent` was told. */
export type RecordedEvent = Readonly<Record<string, unknown>>

export interface DeploymentParts {
  readonly configuration: Configuration
  readonly environment: Host['environment']
  readonly terminal: Terminal
  readonly evidence: Evidence
}

export function deploymentOf(parts: DeploymentParts): Deployment {
  const { configuration, environment, terminal, evidence } = parts
  const host: Host = {
    environment,
    readFile: (path) => terminal.readFile(path),
    // What the library warns of, a check of its own looks at.
    warn: () => undefined,
  }
  const options = { fetch: terminal.fetch, clock: terminal.clock, ...configuration.entra }
  const { settings, faults } = settledOptionsOf(options, host)
  const wanted = configuration.signIn ?? (settings.baseUrls.length > 0 ? {} : undefined)
  const signIn = wanted && checked(() => signInChoicesOf(wanted))
  const consent = configuration.adminConsent
  const adminConsent = consent && checked(() => adminConsentChoicesOf(consent, settings.authority))
  return {
    configuration,
    host,
    terminal,
    options,
    settings,
    faults: [...faults, ...faultsIn(signIn), ...faultsIn(adminConsent)],
    production: environment['NODE_ENV'] === 'production',
    signIn: signIn?.value ?? (wanted && signInChoicesOf(scopesOf(wanted))),
    adminConsent: adminConsent?.value,
    evidence,
  }
}

/** Of options that hold a mistake, the scopes are still worth a look. */
function scopesOf({ scopes }: SignInOptions): SignInOptions {
  return scopes === undefined ? {} : { scopes }
}

interface Checked<Value> {
  readonly value: Value | undefined
  readonly fault: ConfigurationError | undefined
}

function checked<Value>(read: () => Value): Checked<Value> {
  try {
    return { value: read(), fault: undefined }
  } catch (error) {
    if (error instanceof ConfigurationError) return { value: undefined, fault: error }
    throw error
  }
}

function faultsIn(checked: Checked<unknown> | undefined): readonly ConfigurationError[] {
  return checked?.fault === undefined ? [] : [checked.fault]
}

/** Where the platform sends browsers back to, at every public origin. */
export function redirectUrisOf({ settings, signIn, adminConsent }: Deployment): readonly string[] {
  const paths = [
    ...(signIn === undefined ? [] : [signIn.routes.callback]),
    ...(adminConsent === undefined ? [] : [adminConsent.routes.callback]),
  ]
  return settings.baseUrls.flatMap((origin) => paths.map((path) => `${origin}${path}`))
}
