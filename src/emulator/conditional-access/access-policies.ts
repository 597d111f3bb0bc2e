import { randomUUID } from 'node:crypto'
import type { ConditionalAccess, MfaPolicy } from '../emulator.js'

/** What an administrator has decided, and which sessions have already done what it takes. */
export interface AccessPolicies extends ConditionalAccess {
  /** How often the user's sessions were ended; what was begun before the last time is no longer good. */
  epochOf(userId: string): number
  /** Seconds: no token of this user or service principal that came before it is good any more. */
  validFrom(objectId: string): number
  /** The policies that a token for the API is under. */
  policiesFor(resource: string): readonly AccessPolicy[]
  /** A policy that the session has not satisfied, out of those for the API and those named. */
  unsatisfied(question: PolicyQuestion): AccessPolicy | undefined
  /** Notes that the user has proved, at the browser, what the policies ask for. */
  satisfy(sessionId: string, policies: readonly string[]): void
  /** The authentication context that Microsoft Graph asks for. */
  contextOfGraph(): string | undefined
  /** Is told whose sessions have ended. */
  onRevoke(listener: (userId: string) => void): void
}

export interface AccessPolicy extends Required<MfaPolicy> {
  readonly id: string
}

export interface PolicyQuestion {
  readonly sessionId: string
  /** Application ids of the APIs that a token is wanted for. */
  readonly resources: readonly string[]
  /** Policies by their ids, as a claims request names them. */
  readonly named: readonly string[]
}

export function createAccessPolicies(now: () => number): AccessPolicies {
  const revocations = new Map<string, { epoch: number; at: number }>()
  const policies: AccessPolicy[] = []
  const satisfied = new Set<string>()
  const listeners: ((userId: string) => void)[] = []
  let graphContext: string | undefined

  const policiesFor = (resource: string) => policies.filter((one) => one.resource === resource)

  return {
    revokeSessions(objectId) {
      const epoch = (revocations.get(objectId)?.epoch ?? 0) + 1
      revocations.set(objectId, { epoch, at: Math.floor(now() / 1000) })
      for (const listener of listeners) listener(objectId)
    },
    requireMfa({ resource, code = 50076 }) {
      policies.push({ resource, code, id: randomUUID() })
    },
    requireContext(context) {
      graphContext = context
    },
    clear() {
      policies.length = 0
      satisfied.clear()
      graphContext = undefined
    },
    epochOf: (userId) => revocations.get(userId)?.epoch ?? 0,
    validFrom: (objectId) => revocations.get(objectId)?.at ?? 0,
    policiesFor,
    unsatisfied: ({ sessionId, resources, named }) =>
      [...resources.flatMap(policiesFor), ...policies.filter(({ id }) => named.includes(id))].find(
        ({ id }) => !satisfied.has(`${sessionId} ${id}`),
      ),
    satisfy(sessionId, ids) {
      for (const id of ids) satisfied.add(`${sessionId} ${id}`)
    },
    contextOfGraph: () => graphContext,
    onRevoke: (listener) => void listeners.push(listener),
  }
}
