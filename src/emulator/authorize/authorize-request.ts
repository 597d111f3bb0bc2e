import type { Application } from '../directory.js'
import type { AadstsError } from '../errors/aadsts-error.js'
import type { TenantUser } from '../platform/registry.js'
import type { TenantSegment } from '../platform/tenant-segment.js'
import type { ClaimsRequest } from '../tokens/claims-request.js'
import type { ParsedScope } from '../scopes/parse-scope.js'

export type ResponseType = 'code' | 'id_token' | 'token'
export type ResponseMode = 'query' | 'fragment' | 'form_post'
export type Prompt = 'none' | 'login' | 'select_account' | 'consent'

/** An authorization request under way, from the application's redirect to the answer. */
export interface AuthorizeRequest {
  id: string
  segment: TenantSegment
  client: Application
  scope: ParsedScope
  redirectUri: string
  responseTypes: ReadonlySet<ResponseType>
  responseMode: ResponseMode
  /** Version of the endpoint, and so of its ID tokens. */
  version: 1 | 2
  state: string | undefined
  nonce: string | undefined
  claimsRequest: ClaimsRequest
  prompts: ReadonlySet<Prompt>
  loginHint: string | undefined
  domainHint: string | undefined
  sessionHint: string | undefined
  wantsClientInfo: boolean
  correlationId: string | undefined
  /** What the user has done so far. */
  progress: {
    account?: TenantUser
    hasConsented?: true
    refusal?: AadstsError
  }
}

/** Requests by id; oidc-provider carries the id through its own parameters. */
export type AuthorizeRequestStore = Map<string, AuthorizeRequest>

/** The name of that parameter. */
export const requestParameter = 'emulator_request'
