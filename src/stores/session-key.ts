import { applicationMark } from '../protocol/application-mark.js'

/**
 * Under which key a session holds something of ours. Short, because frameworks hash the
 * keys too, with every request.
 */
export function sessionKeyOf(clientId: string, name: SessionPart): string {
  return `entrada.${applicationMark(clientId)}.${name}`
}

/** What a session holds: who is signed in, where the tokens are, and the sign-ins it has seen. */
export const sessionParts = ['account', 'tokens', 'history'] as const

type SessionPart = (typeof sessionParts)[number]
