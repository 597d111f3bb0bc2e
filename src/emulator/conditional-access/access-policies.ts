import { randomUUID } from 'node:crypto'
import type {
  BlockPolicy,
  ConditionalAccess,
  MfaPolicy,
  SessionPolicy,
} from '../emulator-switches.js'
import type { Registry } from '../platform/registry.js'

/** What an administrator has decided, and which sessions have already done what it takes. */
export interface AccessPolicies extends ConditionalAccess {
  /** How often the user's sessions were ended; what was begun before the last time is no longer good. */
  epochOf(userId: string): number
  /** Seconds: no token of this user or service principal that came before it is good any more. */
  validFrom(objectId: string): number
  /** The policies that a sign-in for these APIs and contexts, or for policies by name, is under. */
  proofsFor(question: ProofQuestion): readonly ProofPolicy[]
  /** Of those, one that the session has not satisfied. */
  unsatisfied(question: ProofQuestion & { sessionId: string }): ProofPolicy | undefined
  /** Notes that the user has proved, at the browser, what the policies ask for. */
  satisfy(sessionId: string, policies: readonly ProofPolicy[]): void
  /** The policy that keeps the user out of one of the APIs. */
  blocking(user: string, resources: readonly string[]): { id: string } | undefined
  /** How old a sign-in for these APIs may be, in seconds. */
  maximumAge(resources: readonly string[]): number
  /** The authentication context that Microsoft Graph asks for. */
  contextOfGraph(): string | undefined
  /** Is told whose sessions have ended. */
  onRevoke(listener: (userId: string) => void): void
  /** What is required now, for people to read. */
  list(): AccessPolicyList
}

export interface AccessPolicyList {
  mfa: readonly MfaPolicy[]
  sessions: readonly SessionPolicy[]
  blocks: readonly BlockPolicy[]
  contextOfGraph: string | undefined
}

export interface ProofPolicy {
  readonly id: string
  readonly code: 50076 | 50079
  readonly subject: MfaPolicy
}

export interface ProofQuestion {
  /** Application ids of the APIs that a token is wanted for. */
  readonly resources: readonly string[]
  /** Authentication contexts that are asked for. */
  readonly contexts: readonly string[]
  /** Policies by their ids, as a claims request names them. */
  readonly named: readonly string[]
}

export interface AccessPolicySources {
  /** The time in milliseconds. */
  now: () => number
  registry: Pick<Registry, 'guestsOf'>
}

export function createAccessPolicies({ now, registry }: AccessPolicySources): AccessPolicies {
  const revocations = new Map<string, { epoch: number; at: number }>()
  const proofs: ProofPolicy[] = []
  const sessions: SessionPolicy[] = []
  const blocks: (BlockPolicy & { id: string })[] = []
  const satisfied = new Set<string>()
  const listeners: ((userId: string) => void)[] = []
  let graphContext: string | undefined

  const proofsFor = (question: ProofQuestion) =>
    proofs.filter(({ id, subject }) => question.named.includes(id) || isUnder(subject, question))

  return {
    revokeSessions(objectId) {
      for (const id of [objectId, ...registry.guestsOf(objectId)]) {
        const epoch = (revocations.get(id)?.epoch ?? 0) + 1
        revocations.set(id, { epoch, at: Math.floor(now() / 1000) })
      }
      for (const listener of listeners) listener(objectId)
    },
    requireMfa(policy) {
      proofs.push({ subject: { ...policy }, code: policy.code ?? 50076, id: randomUUID() })
    },
    requireContext(context) {
      graphContext = context
    },
    limitSession(policy) {
      sessions.push({ ...policy })
    },
    block(policy) {
      blocks.push({ ...policy, id: randomUUID() })
    },
    clear() {
      for (const list of [proofs, sessions, blocks]) list.length = 0
      satisfied.clear()
      graphContext = undefined
    },
    epochOf: (userId) => revocations.get(userId)?.epoch ?? 0,
    validFrom: (objectId) => revocations.get(objectId)?.at ?? 0,
    proofsFor,
    unsatisfied: ({ sessionId, ...question }) =>
      proofsFor(question).find(({ id }) => !satisfied.has(`${sessionId} ${id}`)),
    satisfy(sessionId, policies) {
      for (const { id } of policies) satisfied.add(`${sessionId} ${id}`)
    },
    blocking: (user, resources) =>
      blocks.find(
        (one) => resources.includes(one.resource) && [undefined, user].includes(one.user),
      ),
    maximumAge: (resources) =>
      Math.min(
        ...sessions.filter((one) => resources.includes(one.resource)).map((one) => one.seconds),
      ),
    contextOfGraph: () => graphContext,
    onRevoke: (listener) => void listeners.push(listener),
    list: () => ({
      mfa: proofs.map(({ subject, code }) => ({ ...subject, code })),
      sessions: [...sessions],
      blocks: blocks.map(({ id: _id, ...block }) => block),
      contextOfGraph: graphContext,
    }),
  }
}

function isUnder(subject: MfaPolicy, { resources, contexts }: ProofQuestion): boolean {
  return 'resource' in subject
    ? resources.includes(subject.resource)
    : contexts.includes(subject.context)
}
