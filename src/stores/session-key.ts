/**
 * Under which key a session holds something of ours. As in the names of cookies, the beginning of the
 * client ID tells two applications apart: frameworks hash the keys too, with every request.
 */
export function sessionKeyOf(clientId: string, name: SessionPart): string {
  return `entrada.${clientId.slice(0, 8)}.${name}`
}

/** What a session holds: who is signed in, where the tokens are, and the sign-ins it has seen. */
export const sessionParts = ['account', 'tokens', 'history'] as const

type SessionPart = (typeof sessionParts)[number]
