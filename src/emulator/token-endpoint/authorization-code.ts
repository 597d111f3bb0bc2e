import { createHash } from 'node:crypto'
import type { Provider } from 'oidc-provider'
import { sessionRevoked } from '../conditional-access/access-refusals.js'
import { malformedGrant, parameterMissing } from '../errors/catalogue.js'
import {
  codeExpired,
  codeOfAnotherTenant,
  codeRedeemed,
  crossOriginRedemption,
  grantOfAnotherClient,
  pageCodeWithoutOrigin,
  redirectUriOfCodeMismatch,
  verifierMismatch,
  verifierMissing,
} from '../errors/grant-errors.js'
import { redirectUriTypeOf } from '../authorize/redirect-uri.js'
import type { SignIn } from '../authorize/sign-in-store.js'
import type { GrantContext } from './grant-context.js'

/** What a code needs to be redeemed. */
export interface CodeRedemption {
  provider: Provider
  context: GrantContext
}

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
  if (platform.now() > signIn.issuedAt + platform.lifetimes.code()) throw codeExpired()
  if (signIn.epoch < platform.access.epochOf(signIn.userId)) throw sessionRevoked()
  if (signIn.segment !== segment.name) throw codeOfAnotherTenant()
  if (code.redirectUri !== redirectUri) throw redirectUriOfCodeMismatch()
  requireRightRedeemer(context, redirectUri)
  requireVerifier(code.codeChallenge, verifier)
  await code.consume()
  return signIn
}

/** Pages redeem their own codes and nobody else's; the browser's Origin header tells. */
function requireRightRedeemer({ client, origin }: GrantContext, redirectUri: string): void {
  const isPage = redirectUriTypeOf(client, redirectUri) === 'spa'
  if (isPage && origin === undefined) throw pageCodeWithoutOrigin()
  if (!isPage && origin !== undefined) throw crossOriginRedemption()
}

/** A verifier without a challenge is refused too: somebody has stripped the challenge on its way. */
function requireVerifier(challenge: string | undefined, verifier: string | undefined): void {
  if (challenge === undefined && verifier === undefined) return
  if (challenge === undefined || verifier === undefined) throw verifierMissing()
  if (!/^[\w.~-]{43,128}$/.test(verifier)) throw verifierMissing()
  const computed = createHash('sha256').update(verifier).digest('base64url')
  if (computed !== challenge) throw verifierMismatch()
}
