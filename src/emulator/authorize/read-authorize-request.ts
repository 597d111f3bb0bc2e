import { createHash, randomUUID } from 'node:crypto'
import { AadstsError } from '../errors/aadsts-error.js'
import { malformedRequest, parameterInvalid, parameterMissing } from '../errors/catalogue.js'
import { challengeInvalid, challengeMethodInvalid } from '../errors/grant-errors.js'
import type { Parameters } from '../http/parameters.js'
import { parseScope } from '../scopes/parse-scope.js'
import { parseClaimsRequest } from '../tokens/claims-request.js'
import type { AuthorizeRequest, Prompt, ResponseMode } from './authorize-request.js'

/** What is certain before anything else is read: where an answer or an error goes. */
export type AnswerAddress = Pick<
  AuthorizeRequest,
  'segment' | 'client' | 'redirectUri' | 'responseMode' | 'state' | 'correlationId'
>

/** `response_mode`, before anybody has checked it: what cannot be used falls back to `query`. */
export function responseModeOf({ response_mode: mode }: Parameters): ResponseMode {
  return isResponseMode(mode) ? mode : 'query'
}

/** The rest of the request; what it refuses is sent to the redirect URI. */
export function readAuthorizeRequest(
  parameters: Parameters,
  address: AnswerAddress,
): AuthorizeRequest {
  requireResponseType(parameters.response_type)
  const { response_mode: mode, scope } = parameters
  if (mode !== undefined && !isResponseMode(mode)) {
    throw parameterInvalid('response_mode', `'${mode}' is not supported.`)
  }
  if (scope === undefined) throw parameterMissing('scope')
  const { contexts, policies } = parseClaimsRequest(parameters.claims)
  return {
    ...address,
    id: randomUUID(),
    scope: parseScope(scope),
    nonce: parameters.nonce,
    contexts,
    policies,
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

/** Registrations here do not enable the implicit flow, so `code` is all there is. */
function requireResponseType(type: string | undefined): void {
  if (type === undefined) throw parameterMissing('response_type')
  if (type === 'code') return
  const types = type.split(' ')
  const known = types.every((one) => ['code', 'id_token', 'token'].includes(one))
  if (!known) throw unsupportedResponseType(70005, `'${type}' is not a supported response_type.`)
  throw types.includes('id_token')
    ? unsupportedResponseType(
        700054,
        "response_type 'id_token' is not enabled for the application.",
      )
    : unsupportedResponseType(700051, "response_type 'token' is not enabled for the application.")
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
