import { createHash, randomUUID } from 'node:crypto'
import type { Application } from '../directory.js'
import { AadstsError } from '../errors/aadsts-error.js'
import {
  fieldMissing,
  malformedRequest,
  parameterInvalid,
  parameterMissing,
  resourceParameterUnsupported,
} from '../errors/catalogue.js'
import { challengeInvalid, challengeMethodInvalid } from '../errors/grant-errors.js'
import type { Parameters } from '../http/parameters.js'
import { parseScope } from '../scopes/parse-scope.js'
import { parseClaimsRequest } from '../tokens/claims-request.js'
import type { AuthorizeRequest, Prompt, ResponseMode, ResponseType } from './authorize-request.js'

/** What is certain before anything else is read: where an answer or an error goes. */
export type AnswerAddress = Pick<
  AuthorizeRequest,
  'segment' | 'client' | 'version' | 'redirectUri' | 'responseMode' | 'state' | 'correlationId'
>

/**
 * `response_mode`, before anybody has checked it: what cannot be used falls back to `query`, or to
 * `fragment` where tokens are asked for.
 */
export function responseModeOf(parameters: Parameters): ResponseMode {
  const { response_mode: mode, response_type: type = '' } = parameters
  const fallback = /\b(id_)?token\b/.test(type) ? 'fragment' : 'query'
  if (!isResponseMode(mode)) return fallback
  return mode === 'query' ? fallback : mode
}

/** The rest of the request; what it refuses is sent to the redirect URI. */
export function readAuthorizeRequest(
  parameters: Parameters,
  address: AnswerAddress,
): AuthorizeRequest {
  const responseTypes = responseTypesOf(parameters.response_type, address.client)
  const { response_mode: mode, scope, resource } = parameters
  if (mode !== undefined && !isResponseMode(mode)) {
    throw parameterInvalid('response_mode', `'${mode}' is not supported.`)
  }
  if (mode === 'query' && !isCodeAlone(responseTypes)) throw queryWithTokens()
  if (resource !== undefined) throw resourceParameterUnsupported()
  if (scope === undefined) throw parameterMissing('scope')
  if (responseTypes.has('id_token') && parameters.nonce === undefined) throw fieldMissing('nonce')
  return {
    ...address,
    id: randomUUID(),
    responseTypes,
    scope: parseScope(scope),
    nonce: parameters.nonce,
    claimsRequest: parseClaimsRequest(parameters.claims),
    prompts: promptsOf(parameters.prompt),
    loginHint: parameters.login_hint,
    domainHint: parameters.domain_hint,
    sessionHint: parameters.sid,
    wantsClientInfo: parameters.client_info === '1',
    progress: {},
  }
}

/**
 * The challenge as oidc-provider takes it. It knows S256 only; a `plain` challenge, which is what a
 * missing method means at Entra, is the verifier itself, so its hash is its S256 challenge.
 */
export function s256ChallengeOf(parameters: Parameters): string | undefined {
  const { code_challenge: challenge, code_challenge_method: method = 'plain' } = parameters
  if (challenge === undefined) {
    if (parameters.code_challenge_method !== undefined) throw challengeInvalid()
    return undefined
  }
  if (!/^[\w.~-]{43,128}$/.test(challenge)) throw challengeInvalid()
  if (method === 'S256') return challenge
  if (method !== 'plain') throw challengeMethodInvalid()
  return createHash('sha256').update(challenge).digest('base64url')
}

/** Tokens come straight from `/authorize` only where the registration says so. */
function responseTypesOf(
  type: string | undefined,
  { enableIdTokenIssuance, enableAccessTokenIssuance }: Application,
): ReadonlySet<ResponseType> {
  if (type === undefined) throw parameterMissing('response_type')
  const types = new Set(type.split(' '))
  if (![...types].every(isResponseType)) {
    throw unsupportedResponseType(70005, `'${type}' is not a supported response_type.`)
  }
  if (types.has('id_token') && enableIdTokenIssuance !== true) {
    throw unsupportedResponseType(
      700054,
      "response_type 'id_token' is not enabled for the application.",
    )
  }
  if (types.has('token') && enableAccessTokenIssuance !== true) {
    throw unsupportedResponseType(
      700051,
      "response_type 'token' is not enabled for the application.",
    )
  }
  return types as ReadonlySet<ResponseType> // every member was checked above
}

function isCodeAlone(types: ReadonlySet<ResponseType>): boolean {
  return types.size === 1 && types.has('code')
}

function isResponseType(text: string): text is ResponseType {
  return ['code', 'id_token', 'token'].includes(text)
}

function queryWithTokens(): AadstsError {
  return new AadstsError({
    code: 70007,
    error: 'invalid_request',
    message: "'query' is not a supported value of 'response_mode' when requesting a token.",
  })
}

function unsupportedResponseType(code: number, message: string): AadstsError {
  return new AadstsError({ code, error: 'unsupported_response_type', message })
}

function promptsOf(prompt: string | undefined): ReadonlySet<Prompt> {
  const prompts = new Set(prompt === undefined ? [] : prompt.split(' '))
  for (const one of prompts) {
    if (!isPrompt(one)) throw parameterInvalid('prompt', `'${one}' is not supported.`)
  }
  if (prompts.has('none') && prompts.size > 1) {
    throw malformedRequest("The prompt 'none' cannot be combined with others.")
  }
  return prompts as ReadonlySet<Prompt> // every member was checked above
}

function isPrompt(text: string): text is Prompt {
  return ['none', 'login', 'select_account', 'consent'].includes(text)
}

function isResponseMode(text: string | undefined): text is ResponseMode {
  return text !== undefined && ['query', 'fragment', 'form_post'].includes(text)
}
