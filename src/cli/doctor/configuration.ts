import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { closestName } from '../../protocol/closest-name.js'
import type { Scopes } from '../../acquisition/token-source-settings.js'
import type { AdminConsentOptions } from '../../middleware/admin-consent-options.js'
import type { EntraOptions } from '../../middleware/entra-options.js'
import type { SignInOptions } from '../../middleware/sign-in-options.js'
import type { AccessRequirement } from '../../validation/requirement.js'
import { usageError } from '../command-error.js'
import { misshapenIn } from './configuration-shape.js'

/** What runs the app, as far as it decides whether cookies and tokens arrive. */
export interface ServerFacts {
  /** True when something in front of the app ends TLS. */
  readonly proxy?: boolean
  /** Express's `trust proxy`, Koa's `proxy`. */
  readonly trustProxy?: boolean | number | string
  readonly processes?: number
  readonly session?: {
    readonly store?: 'memory' | 'shared'
    readonly cookie?: {
      readonly secure?: boolean | 'auto'
      readonly sameSite?: boolean | 'lax' | 'strict' | 'none'
    }
  }
}

/** What the default export of a doctor's configuration file holds; all of it may be left out. */
export interface Configuration {
  /** The options of `entra()`. */
  readonly entra: EntraOptions
  /** The options of `signIn()`; undefined when nobody signs in. */
  readonly signIn: SignInOptions | undefined
  /** The options of `adminConsent()`. */
  readonly adminConsent: AdminConsentOptions | undefined
  /** What the guards require, each as `requireAccess()` takes it. */
  readonly protect: readonly AccessRequirement[]
  /** Scopes that tokens are asked for with, list by list. */
  readonly tokens: {
    readonly user?: readonly Scopes[]
    readonly onBehalfOf?: readonly Scopes[]
    readonly app?: readonly Scopes[]
  }
  readonly server: ServerFacts
  /** Findings that are known and wanted, by id. */
  readonly accept: readonly string[]
}

const nothing: Configuration = {
  entra: {},
  signIn: undefined,
  adminConsent: undefined,
  protect: [],
  tokens: {},
  server: {},
  accept: [],
}

const usualFiles = ['entrada.config.mjs', 'entrada.config.js']

/**
 * Reads a configuration file, or `entrada.config.mjs` where there is one, or nothing at all: then
 * everything comes from the environment.
 *
 * @throws CommandError when it cannot be loaded, or exports something else.
 */
export async function configurationIn(
  folder: string,
  file: string | undefined,
): Promise<Configuration> {
  const path = file === undefined ? usualFileIn(folder) : resolve(folder, file)
  if (path === undefined) return nothing
  const exported = await exportOf(path)
  const unknown = Object.keys(exported).find((name) => !(name in nothing))
  if (unknown !== undefined) throw unknownName(path, unknown)
  const misshapen = misshapenIn(exported)
  if (misshapen !== undefined) throw usageError(`${path} exports ${misshapen}.`)
  return { ...nothing, ...exported }
}

function usualFileIn(folder: string): string | undefined {
  return usualFiles.map((name) => resolve(folder, name)).find((path) => existsSync(path))
}

async function exportOf(path: string): Promise<Partial<Configuration>> {
  let module: { default?: unknown }
  try {
    module = (await import(pathToFileURL(path).href)) as { default?: unknown } // the user's own
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw usageError(`${path} cannot be loaded: ${reason}`)
  }
  const value = module.default
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  throw usageError(
    `${path} has no default export that is an object. Expected export default { entra: { … } }.`,
  )
}

function unknownName(path: string, name: string) {
  const names = Object.keys(nothing)
  const meant = closestName(name, names)
  return usageError(
    `${path} exports ${name}, which is not known. ` +
      (meant === undefined ? `Known are ${names.join(', ')}.` : `Did you mean ${meant}?`),
  )
}
