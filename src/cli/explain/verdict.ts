import type { Settings } from '../../middleware/settings.js'
import { createJwtVerifier, type JwtVerifier } from '../../platform/verified-jwt.js'
import { AccessRefusal } from '../../protocol/access-errors.js'
import type { Caller } from '../../protocol/caller.js'
import { ConfigurationError } from '../../protocol/configuration-error.js'
import { EntraError } from '../../protocol/entra-error.js'
import type { Explanation } from '../../protocol/refusal-reason.js'
import { createTokenValidator } from '../../validation/access-token.js'
import { bearerTokenOf } from '../../validation/bearer.js'
import { compileRequirement } from '../../validation/compile-requirement.js'
import type { AccessRequirement } from '../../validation/requirement.js'
import { usageError } from '../command-error.js'
import { unsignedVerifierOf } from './unsigned-verifier.js'

/** What the guard of a configuration says to a token. */
export type Verdict =
  | { readonly accepted: true }
  | {
      readonly accepted: false
      readonly status: number
      readonly code: string
      /** Undefined when the platform could not be asked. */
      readonly explanation: Explanation | undefined
      readonly challenge: string | undefined
      readonly message: string
    }

export interface Question {
  /** The value of the Authorization header. */
  readonly authorization: string
  readonly settings: Settings
  /** Undefined when no route is asked about: the token alone is judged. */
  readonly requirement: AccessRequirement | undefined
  /** Whether keys are fetched from the platform; the signature is not judged without them. */
  readonly signature: 'judged' | 'left out'
}

/** @throws CommandError for a requirement that no guard could be made of. */
export async function verdictOf(question: Question): Promise<Verdict> {
  const { settings, requirement, authorization } = question
  const verifier =
    question.signature === 'judged' ? createJwtVerifier(settings) : unsignedVerifierOf(settings)
  const satisfy = requirement && compiled(requirement, settings)
  try {
    const caller = await callerIn(authorization, settings, verifier)
    await satisfy?.(caller)
    return { accepted: true }
  } catch (error) {
    if (!(error instanceof EntraError)) throw error
    return {
      accepted: false,
      status: error.status,
      code: error.code,
      explanation: error instanceof AccessRefusal ? error.explanation : undefined,
      challenge: error.headers['WWW-Authenticate'],
      message: error.message,
    }
  }
}

/**
 * The caller whom a guard sees in an Authorization header.
 *
 * @throws whatever the guard throws.
 */
export async function callerIn(
  authorization: string,
  settings: Settings,
  verifier: JwtVerifier,
): Promise<Caller> {
  const validator = createTokenValidator({ ...settings, verifier })
  return validator.verify(bearerTokenOf([authorization], settings.challenge))
}

function compiled(requirement: AccessRequirement, settings: Settings) {
  try {
    return compileRequirement(requirement, settings)
  } catch (error) {
    throw error instanceof ConfigurationError ? usageError(error.message) : error
  }
}
