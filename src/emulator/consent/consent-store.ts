import type { ApplicationGrant, DelegatedGrant, Directory } from '../directory.js'
import type { Grants } from '../emulator.js'

/** Who got which delegated permissions, and which application permissions an admin has granted. */
export interface ConsentStore extends Grants {
  /** Delegated scopes of one API that hold for the user: their own and the organization's. */
  delegatedScopes(question: ConsentSubject & { resource: string }): Set<string>
  /** Whether anything at all was consented to, for any API. */
  hasConsent(question: ConsentSubject): boolean
  applicationRoles(question: { tenant: string; client: string; resource: string }): string[]
}

interface ConsentSubject {
  tenant: string
  client: string
  user: string
}

export function createConsentStore(directory: Directory): ConsentStore {
  const delegated: DelegatedGrant[] = structuredClone(directory.delegatedGrants ?? [])
  const application: ApplicationGrant[] = structuredClone(directory.applicationGrants ?? [])

  return {
    grantDelegated(grant) {
      const existing = delegated.find(
        (one) =>
          isSameClient(one, grant) && one.resource === grant.resource && one.user === grant.user,
      )
      if (existing === undefined) delegated.push(structuredClone(grant))
      else existing.scopes = union(existing.scopes, grant.scopes)
    },
    grantApplication(grant) {
      const existing = application.find(
        (one) => isSameClient(one, grant) && one.resource === grant.resource,
      )
      if (existing === undefined) application.push(structuredClone(grant))
      else existing.roles = union(existing.roles, grant.roles)
    },
    list: () => structuredClone({ delegated, application }),
    clear() {
      delegated.length = 0
      application.length = 0
    },
    delegatedScopes(question) {
      const matching = delegated.filter(
        (one) => concerns(one, question) && one.resource === question.resource,
      )
      return new Set(matching.flatMap(({ scopes }) => scopes))
    },
    hasConsent: (question) => delegated.some((one) => concerns(one, question)),
    applicationRoles(question) {
      const matching = application.filter(
        (one) => isSameClient(one, question) && one.resource === question.resource,
      )
      return matching.flatMap(({ roles }) => roles)
    },
  }
}

function concerns(grant: DelegatedGrant, subject: ConsentSubject): boolean {
  return isSameClient(grant, subject) && (grant.user === subject.user || grant.user === 'everyone')
}

type ClientOfTenant = Pick<ConsentSubject, 'tenant' | 'client'>

function isSameClient(one: ClientOfTenant, other: ClientOfTenant): boolean {
  return one.tenant === other.tenant && one.client === other.client
}

function union(one: string[], other: string[]): string[] {
  return [...new Set([...one, ...other])]
}
