import type { EntraOptions } from '../../middleware/entra-options.js'
import { settingsOf, type Settings } from '../../middleware/settings.js'
import { ConfigurationError } from '../../protocol/configuration-error.js'
import type { AccessRequirement } from '../../validation/requirement.js'
import type { Arguments, Flag, Flags } from '../arguments.js'
import { usageError } from '../command-error.js'
import type { Terminal } from '../terminal.js'
import type { WrittenToken } from './token-reading.js'
import type { Question } from './verdict.js'

/** How a guard is described on the command line. */
export const guardFlags = {
  tenant: { value: 'guid|domain', meaning: 'Tenant of the API; AZURE_TENANT_ID.' },
  'client-id': { value: 'guid', meaning: 'Client ID of the API; AZURE_CLIENT_ID.' },
  'authority-host': { value: 'origin', meaning: 'Sign-in host; AZURE_AUTHORITY_HOST.' },
  audience: { value: 'uri', repeated: true, meaning: 'App ID URI of the API; ENTRADA_AUDIENCES.' },
  tenants: { value: 'guids|any', repeated: true, meaning: 'Who is let in; ENTRADA_TENANTS.' },
  policy: { value: 'name', meaning: 'User flow or custom policy, of Azure AD B2C only.' },
  'custom-signing-keys': { meaning: 'The registration signs with keys of its own.' },
  'acl-clients': {
    value: 'guids',
    repeated: true,
    meaning: 'Let in without a role; allowClientsWithoutPermissions.',
  },
  'clock-tolerance': { value: 'seconds', meaning: 'How far clocks may differ; 300.' },
  scopes: { value: 'names', repeated: true, meaning: 'requireScopes(): all of them.' },
  'any-scope': { value: 'names', repeated: true, meaning: 'requireAnyScope(): one of them.' },
  'user-roles': { value: 'names', repeated: true, meaning: 'requireUserRoles(): all of them.' },
  'app-roles': { value: 'names', repeated: true, meaning: 'requireAppRoles(): all of them.' },
  verify: { meaning: 'Fetch the keys of the authority and judge the signature, too.' },
} satisfies Flags

/** What the guard is asked; undefined when no guard is described. */
export function questionOf(
  typed: Arguments,
  terminal: Terminal,
  { authorization }: WrittenToken,
): Question | undefined {
  refuseEmptyLists(typed)
  const requirement = requirementOf(typed)
  const settings = settingsFrom(typed, terminal)
  if (settings !== undefined) {
    const signature = typed.has('verify') ? 'judged' : 'left out'
    return { authorization, settings, requirement, signature }
  }
  if (requirement === undefined && !typed.has('verify')) return undefined
  throw usageError(
    'A guard needs --tenant and --client-id, or AZURE_TENANT_ID and AZURE_CLIENT_ID.',
  )
}

const variables = [
  'AZURE_TENANT_ID',
  'AZURE_CLIENT_ID',
  'AZURE_AUTHORITY_HOST',
  'ENTRADA_AUDIENCES',
  'ENTRADA_TENANTS',
]

function settingsFrom(typed: Arguments, terminal: Terminal): Settings | undefined {
  const tenants = listOf(typed, 'tenants')
  const given: EntraOptions = {
    tenant: typed.textOf('tenant'),
    clientId: typed.textOf('client-id'),
    authorityHost: typed.textOf('authority-host'),
    policy: typed.textOf('policy'),
    customSigningKeys: typed.has('custom-signing-keys'),
    audiences: listOf(typed, 'audience'),
    tenants: tenants?.[0] === 'any' ? 'any' : tenants,
    allowClientsWithoutPermissions: listOf(typed, 'acl-clients'),
    clockTolerance: secondsIn(typed, 'clock-tolerance'),
    fetch: terminal.fetch,
    clock: terminal.clock,
  }
  // A guard needs no credential, so none is looked at.
  const environment = Object.fromEntries(
    variables.map((name) => [name, terminal.environment[name]] as const),
  )
  if (given.clientId === undefined && (environment['AZURE_CLIENT_ID'] ?? '') === '') {
    return undefined
  }
  try {
    return settingsOf(given, {
      environment,
      readFile: (path) => terminal.readFile(path),
      warn: (message) => terminal.tell(message),
    })
  } catch (error) {
    throw error instanceof ConfigurationError ? usageError(error.message) : error
  }
}

/** A variable of the shell that is not set would make a guard that asks for nothing. */
function refuseEmptyLists(typed: Arguments): void {
  for (const [name, flag] of Object.entries<Flag>(guardFlags)) {
    if (flag.repeated === true && typed.has(name) && typed.wordsOf(name).length === 0) {
      throw usageError(`--${name} is empty. Expected ${flag.value}, or leave it out.`)
    }
  }
}

/** Undefined when it was not given. */
function listOf(typed: Arguments, flag: string): readonly string[] | undefined {
  const words = typed.wordsOf(flag)
  return words.length === 0 ? undefined : words
}

function secondsIn(typed: Arguments, flag: string): number | undefined {
  const text = typed.textOf(flag)
  if (text === undefined) return undefined
  if (/^\d{1,9}$/.test(text)) return Number(text)
  throw usageError(`--${flag} is ${JSON.stringify(text)}. Expected seconds from 0 to 600.`)
}

function requirementOf(typed: Arguments): AccessRequirement | undefined {
  const lists = {
    scopes: typed.wordsOf('scopes'),
    anyScope: typed.wordsOf('any-scope'),
    roles: typed.wordsOf('user-roles'),
  }
  const user = Object.fromEntries(Object.entries(lists).filter(([, names]) => names.length > 0))
  const roles = typed.wordsOf('app-roles')
  const requirement = {
    ...(Object.keys(user).length === 0 ? {} : { user }),
    ...(roles.length === 0 ? {} : { app: { roles } }),
  }
  if (Object.keys(requirement).length === 0) return undefined
  return requirement as unknown as AccessRequirement // typed words; compileRequirement() checks them
}
