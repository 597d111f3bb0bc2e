import { readFile } from 'node:fs/promises'
import { contosoDirectory } from '../contoso.js'
import { graphAppId, type Application, type Directory, type Tenant } from '../directory.js'
import { graphApplication } from '../graph-application.js'
import { applicationOf, resolvePermissions } from './application-of.js'
import { directorySchema } from './directory-schema.js'
import { isObject, mismatch } from './json-schema.js'
import { isOldManifest, isRegistration, type Registration } from './registration.js'

export interface ReadDirectory {
  directory: Directory
  /** What the file holds that the emulator leaves out. */
  notes: readonly string[]
}

/**
 * Reads a directory from a JSON file: a whole one, or exported registrations, which then join
 * Contoso. What a directory leaves out is Contoso's as well.
 *
 * @throws Error that names the file, the place in it, what was found and what was expected.
 */
export async function readDirectory(path: string): Promise<ReadDirectory> {
  const content = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new Error(`The directory file ${path} cannot be read.`, { cause })
  })
  try {
    return directoryOf(JSON.parse(content))
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new Error(`The directory file ${path} cannot be used: ${reason}`, { cause })
  }
}

function directoryOf(content: unknown): ReadDirectory {
  const exported = exportedRegistrations(content)
  return exported === undefined ? wholeDirectory(content) : withContoso(exported)
}

/** One registration, a list of them, or what Graph answers to `GET /applications`. */
function exportedRegistrations(content: unknown): Registration[] | undefined {
  const list = isObject(content) && 'value' in content ? content['value'] : content
  const entries = Array.isArray(list) ? list : [list]
  const isExport =
    Array.isArray(list) || entries.some((one) => isRegistration(one) || isOldManifest(one))
  return isExport
    ? entries.map((entry, index) => requireRegistration(entry, placeOf(list, index)))
    : undefined
}

function placeOf(list: unknown, index: number): string {
  return Array.isArray(list) ? `[${index}]` : 'The registration'
}

function withContoso(registrations: Registration[]): ReadDirectory {
  const contoso = contosoDirectory()
  const imported = registrations.map((one) => applicationOf(one, contoso.tenants))
  const others = contoso.applications.filter(
    ({ appId }) => !imported.some((one) => one.appId === appId),
  )
  const applications = [...others, ...imported]
  return {
    notes: resolvePermissions(registrations, applications),
    directory: { ...contoso, applications },
  }
}

function wholeDirectory(content: unknown): ReadDirectory {
  if (!isObject(content)) throw new Error('it is not a JSON object.')
  requireMatch('directory', content, '')
  const { tenants: givenTenants, applications: givenApplications, ...rest } = content
  const contoso = contosoDirectory()
  const tenants =
    givenTenants === undefined ? contoso.tenants : (givenTenants as TenantEntry[]).map(tenantOf) // its schema has checked it
  const entries = (givenApplications as unknown[] | undefined) ?? contoso.applications // likewise
  const registrations: Registration[] = []
  const applications = entries.map((entry, index): Application => {
    const place = `applications[${index}]`
    if (isRegistration(entry) || isOldManifest(entry)) {
      const registration = requireRegistration(entry, place)
      registrations.push(registration)
      return applicationOf(registration, tenants)
    }
    requireMatch('application', entry, place)
    return shortForm(entry as ApplicationEntry) // its schema has just checked it
  })
  if (!applications.some(({ appId }) => appId === graphAppId))
    applications.unshift(graphApplication())
  const notes = resolvePermissions(registrations, applications)
  return { notes, directory: { ...(rest as Partial<Directory>), tenants, applications } } // its schema has checked the rest
}

type ApplicationEntry = Pick<Application, 'appId' | 'displayName' | 'tenantId'> &
  Partial<Application>
type UserEntry = Omit<Tenant['users'][number], 'userType'> & Partial<Tenant['users'][number]>
type TenantEntry = Omit<Tenant, 'users'> & { users: UserEntry[] }

function shortForm(entry: ApplicationEntry): Application {
  return { signInAudience: 'AzureADMyOrg', identifierUris: [], redirectUris: [], ...entry }
}

function tenantOf({ users, ...tenant }: TenantEntry): Tenant {
  return {
    ...tenant,
    users: users.map((user) => ({
      userType: user.homeTenantId === undefined ? 'Member' : 'Guest',
      ...user,
    })),
  }
}

function requireRegistration(entry: unknown, place: string): Registration {
  if (isOldManifest(entry)) {
    throw new Error(
      `${place} is a manifest in the portal's older form. Export it with: az ad app show --id <client id>`,
    )
  }
  requireMatch('registration', withoutNulls(entry), place)
  return entry as Registration // its schema has just checked it
}

/** Microsoft Graph writes null for what was never set. */
function withoutNulls(entry: unknown): unknown {
  if (!isObject(entry)) return entry
  return Object.fromEntries(Object.entries(entry).filter(([, value]) => value !== null))
}

function requireMatch(name: string, value: unknown, path: string): void {
  const definitions = directorySchema.$defs ?? {}
  const found = mismatch({ $ref: `#/$defs/${name}` }, value, { path, definitions })
  if (found !== undefined) throw new Error(found)
}
