import { endpointOf, type Authority } from '../protocol/authority.js'
import { mergeClaims, withContexts } from '../protocol/claims-request.js'
import { personalAccountTenant } from '../protocol/tenant.js'
import type { Transaction, TransactionContent } from './transaction.js'

/** What the sign-in page does; `none` never asks anything and is used for silent attempts. */
export type Prompt = InteractivePrompt | 'none'
export type InteractivePrompt = 'login' | 'consent' | 'select_account' | 'create'
export type ResponseMode = 'query' | 'form_post'

/** What the sign-in page is told about the user and how to treat them. */
export interface SignInHints {
  readonly prompt?: Prompt | undefined
  /** Who is expected: an opaque `login_hint` claim, or a user name. */
  readonly loginHint?: string | undefined
  /** `organizations`, `consumers`, or a domain: spares the user the question where they belong. */
  readonly domainHint?: string | undefined
  /** Languages for the sign-in page, preferred first (`ui_locales`). */
  readonly languages?: string | undefined
  /** Others, which never change what the sign-in is made of. */
  readonly others?: Readonly<Record<string, string>> | undefined
}

export interface AuthorizationRequest {
  readonly authority: Authority
  readonly clientId: string
  readonly redirectUri: string
  readonly scopes: readonly string[]
  readonly responseMode: ResponseMode
  readonly transaction: Transaction
  readonly hints: SignInHints
  /** What this client can do, such as `cp1`. */
  readonly clientCapabilities?: readonly string[] | undefined
}

/**
 * The address that starts a sign-in: authorization code with PKCE, always S256 (RFC 7636), with
 * state and nonce of this sign-in alone.
 *
 * @see https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow
 */
export function authorizationUrl(request: AuthorizationRequest): string {
  const { authority, transaction, hints } = request
  const parameters = new URLSearchParams({
    ...hints.others,
    client_id: request.clientId,
    response_type: 'code',
    response_mode: request.responseMode,
    redirect_uri: request.redirectUri,
    scope: request.scopes.join(' '),
    state: transaction.state,
    nonce: transaction.nonce,
    code_challenge: transaction.codeChallenge,
    code_challenge_method: 'S256',
    client_info: '1',
    'client-request-id': transaction.correlationId,
  })
  const optional: Record<string, string | undefined> = {
    claims: mergeClaims(claimsOf(transaction), request.clientCapabilities ?? []),
    max_age: transaction.maxAge?.toString(),
    prompt: transaction.silent === true ? 'none' : hints.prompt,
    // The platform refuses a hint together with the account picker.
    login_hint: hints.prompt === 'select_account' ? undefined : hints.loginHint,
    domain_hint: hints.domainHint,
    ui_locales: hints.languages,
  }
  for (const [name, value] of Object.entries(optional)) {
    if (value !== undefined) parameters.set(name, value)
  }
  return `${endpointOf(authority, 'authorize')}?${parameters.toString()}`
}

/** The claims request of a sign-in: a challenge's, with all authentication contexts that it is to have. */
export function claimsOf({ claims, acrs = [], heldAcrs = [] }: TransactionContent) {
  return withContexts(claims, [...acrs, ...heldAcrs])
}

/** What is known of a user who is sent to the sign-in page again. */
export function hintsFor(account: {
  readonly tenantId: string
  readonly loginHint: string | undefined
  readonly username: string | undefined
}): SignInHints {
  return {
    loginHint: account.loginHint ?? account.username,
    domainHint: account.tenantId === personalAccountTenant ? 'consumers' : 'organizations',
  }
}
