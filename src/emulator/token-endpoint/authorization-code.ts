import { createHash } from 'node:crypto'
import type { Provider } from 'oidc-provider'
import { malformedGrant, parameterMissing } from '../errors/catalogue.js'
import {
  codeExpired,
  codeOfAnotherTenant,
  codeRedeemed,
  grantOfAnotherClient,
  redirectUriOfCodeMismatch,
  verifierMismatch,
  verifierMissing,
} from '../errors/grant-errors.js'
import type { SignIn } from '../authorize/sign-in-store.js'
import type { GrantContext } from './grant-context.js'

/** What a code needs to be redeemed. */
export interface CodeRedemption {
  provider: Provider
  context: GrantContext
}

/** Codes live for a minute. */
const lifetime = 60_000

/**
 * Redeems a code: once, in time, by its client, at its tenant, with its redirect URI and verifier.
 * Only the use that passes every check consumes it.
 */
export async function redeemCode({ provider, context }: CodeRedemption): Promise<SignIn> {
  const { parameters, client, segment, signIns, platform } = context
  const { code: value, redirect_uri: redirectUri, code_verifier: verifier } = parameters
  if (value === undefined) throw parameterMissing('code')
  if (redirectUri === undefined) throw parameterMissing('redirect_uri')
  const code = await provider.AuthorizationCode.find(value, { ignoreExpiration: true })
  const signIn = signIns.get(code?.grantId ?? '')
  if (code === undefined || signIn === undefined) throw malformedGrant()
  if (!code.isValid) throw codeRedeemed()
  if (code.clientId !== client.appId) throw grantOfAnotherClient()
  if (platform.now() > signIn.issuedAt + lifetime) throw codeExpired()
  if (signIn.segment !== segment.name) throw codeOfAnotherTenant()
  if (code.redirectUri !== redirectUri) throw redirectUriOfCodeMismatch()
  requireVerifier(code.codeChallenge, verifier)
  await code.consume()
  return signIn
}

/** A verifier without a challenge is refused too: somebody has stripped the challenge on its way. */
function requireVerifier(challenge: string | undefined, verifier: string | undefined): void {
  if (challenge === undefined && verifier === undefined) return
  if (challenge === undefined || verifier === undefined) throw verifierMissing()
  if (!/^[\w.~-]{43,128}$/.test(verifier)) throw verifierMissing()
  const computed = createHash('sha256').update(verifier).digest('base64url')
  if (computed !== challenge) throw verifierMismatch()
}
