import type { JwtVerifier } from '../../src/platform/verified-jwt.js'
import type { TokenValidator } from '../../src/validation/access-token.js'
import { verdictOf } from './verdict.js'

/**
 * What the memory of verified tokens holds when a case comes: nothing, or tokens that were let in
 * and that the case is most easily taken for.
 */
export const memories = ['cold', 'warm'] as const
export type Memory = (typeof memories)[number]

/** A verifier that can be made to vouch for one token, as if its signature were right. */
export interface VouchingVerifier extends JwtVerifier {
  /** While the work is done, `jwt` stands for the good token `like`; others for themselves. */
  vouching(jwt: string, like: string, work: () => Promise<unknown>): Promise<void>
}

export function vouchingVerifier(verifier: JwtVerifier): VouchingVerifier {
  let vouched: { jwt: string; like: string } | undefined
  return {
    ...verifier,
    verify: (jwt, refuse) =>
      vouched?.jwt === jwt ? verifier.verify(vouched.like) : verifier.verify(jwt, refuse),
    async vouching(jwt, like, work) {
      vouched = { jwt, like }
      try {
        await work()
      } finally {
        vouched = undefined
      }
    },
  }
}

/** By how many characters the memory finds a token. */
const tail = 32

/**
 * Tokens that end as this one does, which no attacker could have signed: they differ in a single
 * character of the header, of the payload or of the signature, or in their length.
 */
function twinsOf(token: string): readonly string[] {
  if (token.length <= tail) return []
  const places = [0, Math.floor((token.length - tail) / 2), token.length - tail - 1]
  return [...places.map((place) => alteredAt(token, place)), `A${token}`]
}

function alteredAt(token: string, place: number): string {
  const other = token[place] === 'A' ? 'B' : 'A'
  return token.slice(0, place) + other + token.slice(place + 1)
}

/** The verdict on a token just after each of its twins was let in: one, however near they came. */
export async function verdictBesideTwins(
  token: string,
  good: string,
  { verifier, validator }: { verifier: VouchingVerifier; validator: TokenValidator },
): Promise<string> {
  const verdicts = new Set<string>()
  for (const twin of twinsOf(token)) {
    await verifier.vouching(twin, good, () => validator.verify(twin))
    const verdict = await verdictOf(() => validator.verify(token))
    const kept = validator.recall(twin) !== undefined || verdict === '200'
    verdicts.add(kept ? verdict : `${verdict}, but its twin was forgotten`)
  }
  if (verdicts.size === 0) return verdictOf(() => validator.verify(token))
  return [...verdicts].join(' or ')
}
