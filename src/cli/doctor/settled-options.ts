import type { Host } from '../../host/host.js'
import type { EntraOptions } from '../../middleware/entra-options.js'
import {
  certificatePathVariable,
  environmentVariables,
  tokenFileVariable,
} from '../../middleware/environment.js'
import { settingsOf, type Settings } from '../../middleware/settings.js'
import { ConfigurationError } from '../../protocol/configuration-error.js'

/** Options settled as `entra()` settles them, past every mistake in them. */
export interface SettledOptions {
  readonly settings: Settings
  readonly faults: readonly ConfigurationError[]
}

/** `entra()` stops at the first mistake; here it is noted, left out, and the next one is looked for. */
export function settledOptionsOf(options: EntraOptions, host: Host): SettledOptions {
  const faults = new Map<string, ConfigurationError>()
  let attempt: Attempt = { options, environment: host.environment }
  for (let attempts = 0; attempts < mostAttempts; attempts += 1) {
    try {
      const settings = settingsOf(attempt.options, { ...host, environment: attempt.environment })
      return { settings, faults: [...faults.values()] }
    } catch (error) {
      if (!(error instanceof ConfigurationError) || error.option === undefined) throw error
      // Of an option that was left out, what is missing then is no news.
      if (!faults.has(error.option)) faults.set(error.option, error)
      attempt = without(error.option, attempt)
    }
  }
  return {
    settings: settingsOf(standIns, { ...host, environment: {} }),
    faults: [...faults.values()],
  }
}

const mostAttempts = 40

/** Stands for what has to be there and is not. */
const standIns: EntraOptions = {
  tenant: '00000000-0000-4000-8000-000000000000',
  clientId: '00000000-0000-4000-8000-000000000001',
}

type Attempt = { readonly options: EntraOptions; readonly environment: Host['environment'] }

function without(option: string, { options, environment }: Attempt): Attempt {
  const variables = variablesOf(option)
  const isSet = variables.some((name) => (environment[name] ?? '') !== '')
  const isGiven = Object.entries(options).some(
    ([name, value]) => name === option && value !== undefined,
  )
  const others = Object.entries(options).filter(([name]) => name !== option)
  return {
    options: {
      ...Object.fromEntries(others),
      ...(isGiven || isSet ? {} : standInFor(option)),
    },
    environment: Object.fromEntries(
      Object.entries(environment).filter(([name]) => !variables.includes(name)),
    ),
  }
}

function variablesOf(option: string): readonly string[] {
  const named: Partial<Record<string, string>> = environmentVariables
  const variable = named[option]
  return option === 'credential'
    ? [environmentVariables.credential, certificatePathVariable, tokenFileVariable]
    : variable === undefined
      ? []
      : [variable]
}

/** For what was missed although it was not given: it has to be there. */
function standInFor(option: string): EntraOptions {
  if (option === 'tenant') return { tenant: standIns.tenant }
  if (option === 'clientId') return { clientId: standIns.clientId }
  if (option === 'tenants') return { tenants: 'any' }
  if (option === 'policy') return { policy: 'B2C_1_signin' }
  return {}
}
