import { exportJWK } from 'jose'
import type { JWK, KoaContextWithOIDC, Provider } from 'oidc-provider'
import { AadstsError } from '../errors/aadsts-error.js'
import { asAadstsError } from '../errors/as-aadsts-error.js'
import { malformedRequest } from '../errors/catalogue.js'
import { traceFor } from '../errors/trace.js'
import { recordAnswer, recordOutcome } from '../http/record-outcome.js'
import { errorPageReply, type Reply } from '../http/reply.js'
import { clientInfoOf } from '../tokens/identifiers.js'
import { authorizeAnswer, authorizeErrorAnswer } from './authorize-answer.js'
import { requestParameter, type AuthorizeRequest } from './authorize-request.js'
import { frontChannelTokens } from './front-channel-tokens.js'
import { completeSignIn, sessionAccountOf } from './complete-sign-in.js'
import { loadOidcProvider } from './load-oidc-provider.js'
import { nextStep } from './next-step.js'
import { providerConfiguration } from './provider-configuration.js'
import type { ProviderParts } from './provider-parts.js'

/** The name under which answers leave oidc-provider for the platform's own form. */
export const answerMode = 'emulator'

/**
 * oidc-provider checks authorization requests, issues codes and keeps them. Who may sign in and what
 * needs consent are the platform's own rules, asked in the one check of its interaction policy; its
 * OAuth scopes know nothing but `openid`.
 */
export async function createProvider(parts: ProviderParts): Promise<Provider> {
  const { Provider: OidcProvider, errors, interactionPolicy } = await loadOidcProvider()
  const { Check, Prompt } = interactionPolicy

  const check = new Check(
    'next_step',
    'More is needed.',
    'interaction_required',
    async (context) => {
      const request = requestOf(parts, context)
      const step = nextStep(parts.platform, request, parts.sessions.accounts(context.req))
      if (step.kind === 'refuse') {
        request.progress.refusal = step.error
        throw new errors.CustomOIDCProviderError(step.error.error, step.error.message)
      }
      if (step.kind !== 'complete') return Check.REQUEST_PROMPT
      await completeSignIn(provider, parts, { context, request, account: step.account })
      return Check.NO_NEED_TO_PROMPT
    },
  )

  const provider = new OidcProvider(parts.platform.origin, {
    ...providerConfiguration(parts),
    jwks: { keys: [await privateKeyOf(parts)] },
    interactions: {
      policy: policyOf(interactionPolicy.base(), new Prompt({ name: 'next_step' }, check)),
      url: (context, { uid }) => `${tenantPathOf(context)}/interaction/${uid}`,
    },
    renderError: (context, out) => {
      const error = malformedRequest(out.error_description ?? out.error)
      recordOutcome(context.req, error)
      reply(context, errorPageReply(error, traceFor(parts.platform.now(), undefined)))
    },
  })
  provider.registerResponseMode(answerMode, async (context, _redirectUri, payload) => {
    reply(context, await answerOf(parts, context, payload))
  })
  return provider
}

/** oidc-provider insists on a key, though it signs nothing here. */
async function privateKeyOf({ platform }: ProviderParts): Promise<JWK> {
  const { privateKey } = platform.keys.current()
  return { ...(await exportJWK(privateKey)), use: 'sig' }
}

function policyOf<Policy extends { clear(): void; add(prompt: Prompt): void }, Prompt>(
  policy: Policy,
  prompt: Prompt,
): Policy {
  policy.clear()
  policy.add(prompt)
  return policy
}

/** Through Koa, because oidc-provider still has cookies to set. */
function reply(context: KoaContextWithOIDC, { status, headers, body }: Reply): void {
  recordAnswer(context.req, { headers, body })
  context.status = status
  context.body = body
  context.set(headers)
}

async function answerOf(
  parts: ProviderParts,
  context: KoaContextWithOIDC,
  payload: Record<string, unknown>,
): Promise<Reply> {
  const request = requestOf(parts, context)
  const { account, refusal } = request.progress
  parts.authorizeRequests.delete(request.id)
  if (payload.error !== undefined || account === undefined) {
    const error = refusal ?? malformedRequest(String(payload.error_description ?? payload.error))
    recordOutcome(context.req, error)
    return authorizeErrorAnswer(parts.platform, request, error)
  }
  const { sessionId, authTime } = sessionAccountOf(parts, context, account)
  const tokens = await frontChannelTokens(parts, request, {
    account,
    sessionId,
    authTime,
    code: request.responseTypes.has('code') ? String(payload.code) : undefined,
  }).catch(asAadstsError)
  if (tokens instanceof AadstsError) {
    recordOutcome(context.req, tokens)
    return authorizeErrorAnswer(parts.platform, request, tokens)
  }
  return authorizeAnswer(request, {
    ...tokens,
    ...(request.wantsClientInfo && { client_info: clientInfoOf(account) }),
    ...(request.state !== undefined && { state: request.state }),
    session_state: sessionId,
  })
}

function requestOf(parts: ProviderParts, context: KoaContextWithOIDC): AuthorizeRequest {
  const id: unknown = context.oidc.params?.[requestParameter] ?? context.query[requestParameter]
  const request = parts.authorizeRequests.get(String(id))
  if (request === undefined) throw malformedRequest('The request has expired.')
  return request
}

/** The emulator mounts oidc-provider under `/{tenant}/oauth2/v2.0`. */
function tenantPathOf({ req }: KoaContextWithOIDC): string {
  const { originalUrl = '' } = req as { originalUrl?: string }
  return originalUrl.split('/oauth2/', 1)[0] ?? ''
}
