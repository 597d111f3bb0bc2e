import { claimsChallengeOf, type ClaimsChallenge } from '../protocol/claims-challenge.js'
import { RequestRefusedError } from '../protocol/token-errors.js'
import type { AccessToken } from './access-token.js'
import { release } from './bodies.js'
import type { ApiAnswer } from './redirects.js'
import type { TokenQuestion, TokenSourceSettings } from './token-source-settings.js'

export interface ApiCall {
  readonly question: TokenQuestion
  /** Whether the body can be sent twice. */
  readonly repeatable: boolean
  send(token: AccessToken): Promise<ApiAnswer>
}

/**
 * Calls an API and answers its claims challenge: the token is dropped, one with the claims is
 * fetched without the user, and the call is sent once more. An API that challenges has not carried
 * out what it was asked for, so that holds for every method.
 *
 * @throws what the source of tokens makes of a challenge that only a user can answer.
 * @see https://learn.microsoft.com/entra/identity-platform/claims-challenge
 */
export async function challengedCall(
  { acquire, unanswered }: Pick<TokenSourceSettings, 'acquire' | 'unanswered'>,
  call: ApiCall,
): Promise<Response> {
  const { question } = call

  function leave(response: Response, challenge: ClaimsChallenge): Response {
    const error = unanswered(question, challenge)
    if (error === undefined) return response
    release(response)
    throw error
  }

  const token = await acquire(question)
  const first = await call.send(token)
  const { response } = first
  const challenge = challengeIn(first)
  if (challenge === undefined) return response
  if (challenge.claims === undefined) return leave(response, challenge)
  const demand = { refused: token, claims: challenge.claims }
  const other = await acquire({ ...question, demand }).catch((error: unknown) => {
    // Where nobody could sign in, what the API says is the answer.
    if (error instanceof RequestRefusedError && !unanswered(question, challenge)) return undefined
    release(response)
    throw error
  })
  if (other === undefined || !call.repeatable) return response
  release(response)
  const second = await call.send(other)
  const still = challengeIn(second)
  return still === undefined ? second.response : leave(second.response, still)
}

function challengeIn({ response: { status, headers }, isOfApi }: ApiAnswer) {
  if (!isOfApi) return undefined
  return claimsChallengeOf({ status, wwwAuthenticate: headers.get('www-authenticate') })
}
