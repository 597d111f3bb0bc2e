import type { Clock } from '../platform/clock.js'
import { after } from '../protocol/at-once.js'
import { ConfigurationError } from '../protocol/configuration-error.js'
import { SignInRefusedError, SignInRequiredError } from '../protocol/sign-in-errors.js'
import { hintsFor, type InteractivePrompt } from '../sign-in/authorization-request.js'
import type { Histories } from '../sign-in/history.js'
import type { SignedIn } from '../sign-in/sign-in-records.js'
import { heldBy, unmetBy, type Unmet } from '../sign-in/sign-in-requirement.js'
import type { NonEmpty } from '../validation/requirement.js'
import { isInteractivePrompt, interactivePrompts } from './prompts.js'
import type { RequestView } from './request-view.js'
import type { SendAway } from './send-away.js'
import type { SessionOf } from './session-of.js'
import type { ErrorStep, Step } from './step.js'

/** What `requireSignIn()` asks for beyond a user who is signed in. */
export interface PageRequirement {
  /** Authentication contexts of Conditional Access, such as `c1`; all of them have to be met. */
  readonly acrs?: string | NonEmpty<string>
  /**
   * App roles that the user holds, every one of them, as the ID token says (`roles`): 403 otherwise. A role
   * that is given or taken counts from the next sign-in.
   */
  readonly roles?: string | NonEmpty<string>
  /**
   * The user has authenticated at Entra at most this many seconds ago, give or take `clockTolerance`. Needs
   * the optional claim `auth_time` in the registration's ID token.
   */
  readonly maxAge?: number
  /** What the sign-in page does when it is needed: `login` asks for the password again. */
  readonly prompt?: InteractivePrompt
}

/** Who is signed in with a request. */
export type SignedInWith = (
  request: RequestView,
) => SignedIn | undefined | Promise<SignedIn | undefined>

export interface PageGuardSettings {
  readonly clock: Clock
  readonly clockToleranceSeconds: number
  readonly loginPath: string
  readonly signedInWith: SignedInWith
  readonly histories: Histories
  readonly sendAway: SendAway
  readonly sessionOf: SessionOf
  readonly errors: ErrorStep
}

/** Lets signed-in users through; sends the others to sign in, and back for what their sign-in lacks. */
export type PageGuard = (requirement: PageRequirement) => Step

export function createPageGuard(settings: PageGuardSettings): PageGuard {
  const { clock, clockToleranceSeconds, loginPath, histories, sendAway, sessionOf } = settings

  return function pageGuard(requirement) {
    const { acrs, roles, maxAge, prompt } = demandOf(requirement)
    const content = {
      ...(acrs.length === 0 ? {} : { acrs }),
      ...(maxAge === undefined ? {} : { maxAge }),
    }
    const need = `${acrs.join(' ')}/${maxAge ?? ''}`

    function admitted(request: RequestView, signedIn: SignedIn | undefined) {
      if (signedIn === undefined) return toSignIn(request)
      if (!holdsAll(roles, signedIn.account)) {
        return settings.errors(request, new SignInRefusedError('role'))
      }
      const time = { now: clock(), toleranceSeconds: clockToleranceSeconds }
      const unmet = unmetBy(signedIn.account.claims, content, time)
      return unmet && toProve(request, signedIn.account, unmet)
    }

    function toSignIn(request: RequestView) {
      sessionOf(request) // says what is wrong when there is none
      const error = new SignInRequiredError(loginPath)
      return sendAway(request, { error, content, hints: { prompt } })
    }

    function toProve(request: RequestView, account: SignedIn['account'], unmet: Unmet) {
      // Sent away for this a moment ago, and back without it: once more would be a loop.
      if (histories.wasMet(sessionOf(request), need)) {
        return settings.errors(request, new SignInRefusedError('requirement', { unmet }))
      }
      return sendAway(request, {
        error: new SignInRequiredError(loginPath, 'proof'),
        content: { ...content, ...heldBy(account), need },
        hints: { ...hintsFor(account), prompt: prompt ?? promptFor(unmet) },
      })
    }

    return function requireSignIn(request) {
      return after(settings.signedInWith(request), (signedIn) => admitted(request, signedIn))
    }
  }
}

/** Letter by letter, as Entra tells roles apart. */
function holdsAll(roles: readonly string[], { claims }: SignedIn['account']): boolean {
  if (roles.length === 0) return true
  const held: unknown = claims['roles']
  return Array.isArray(held) && roles.every((role) => held.includes(role))
}

function promptFor(unmet: Unmet): InteractivePrompt | undefined {
  return unmet === 'acrs' ? undefined : 'login'
}

/** @throws ConfigurationError (ERR_ENTRA_CONFIGURATION) naming what is wrong. */
export function checkPageRequirement(requirement: PageRequirement): void {
  demandOf(requirement)
}

interface Demand {
  readonly acrs: readonly string[]
  readonly roles: readonly string[]
  readonly maxAge: number | undefined
  readonly prompt: InteractivePrompt | undefined
}

function demandOf(requirement: PageRequirement): Demand {
  const unknown = Object.keys(requirement).find(
    (name) => !['acrs', 'roles', 'maxAge', 'prompt'].includes(name),
  )
  if (unknown !== undefined) {
    throw fault(`${unknown} is not known. Expected acrs, roles, maxAge, prompt.`)
  }
  const { acrs = [], maxAge, prompt } = requirement
  const contexts = [acrs].flat().map((context: unknown) => String(context).toLowerCase())
  if (!contexts.every((context) => /^[a-z0-9:._-]{1,64}$/.test(context))) {
    throw fault(`acrs is ${JSON.stringify(acrs)}. Expected ids such as c1.`)
  }
  if (maxAge !== undefined && !(Number.isSafeInteger(maxAge) && maxAge >= 0)) {
    throw fault(`maxAge is ${JSON.stringify(maxAge)}. Expected whole seconds, 0 or more.`)
  }
  if (prompt !== undefined && !isInteractivePrompt(prompt)) {
    throw fault(
      `prompt is ${JSON.stringify(prompt)}. Expected one of ${interactivePrompts.join(', ')}.`,
    )
  }
  const roles = rolesOf(requirement)
  return Object.freeze({ acrs: Object.freeze(contexts), roles, maxAge, prompt })
}

/** A list that a program left empty would let everybody in. */
function rolesOf({ roles }: PageRequirement): readonly string[] {
  if (roles === undefined) return []
  const names: readonly unknown[] = [roles].flat()
  const isGood = (name: unknown) => typeof name === 'string' && /^\S{1,120}$/.test(name)
  if (names.length > 0 && names.every(isGood)) return Object.freeze([...names]) as readonly string[]
  throw fault(
    `roles is ${JSON.stringify(roles)}. Expected values of app roles, without spaces, such as 'Task.Admin'.`,
  )
}

function fault(found: string): ConfigurationError {
  return new ConfigurationError({ message: `requireSignIn(): ${found}`, option: 'requireSignIn' })
}
