import { grantPermissions, linesOf } from '../consent/grant-permissions.js'
import type { AadstsError } from '../errors/aadsts-error.js'
import { asAadstsError } from '../errors/as-aadsts-error.js'
import {
  adminConsentNeeded,
  malformedRequest,
  signInCancelled,
  userNotInTenant,
} from '../errors/catalogue.js'
import { traceFor } from '../errors/trace.js'
import type { Exchange } from '../http/exchange.js'
import { parametersOf, type Parameters } from '../http/parameters.js'
import { recordOutcome } from '../http/record-outcome.js'
import { errorPageReply, pageReply, redirectReply, sendReply, type Reply } from '../http/reply.js'
import { accountPickerPage } from '../pages/account-picker.js'
import { adminApprovalPage } from '../pages/admin-approval.js'
import { consentPage } from '../pages/consent.js'
import type { Services } from '../platform/services.js'
import { isPersonal } from '../platform/tenant-segment.js'
import { pickableAccounts } from './account-choice.js'
import { requestParameter, type AuthorizeRequest } from './authorize-request.js'
import { nextStep, type NextStep } from './next-step.js'
import { pickableAccountsOf } from './account-list.js'

interface OpenInteraction {
  request: AuthorizeRequest
  /** Back to oidc-provider. */
  returnTo: string
}

/** /{tenant}/interaction/{uid}: the pages between a request and its answer. */
export async function interactionEndpoint(services: Services, exchange: Exchange): Promise<void> {
  const { request, response } = exchange
  try {
    const open = await openInteraction(services, exchange)
    if (request.method === 'POST') {
      applyInput(services, exchange, { open, input: parametersOf(await exchange.form()) })
    }
    sendReply(response, page(services, exchange, open))
  } catch (cause) {
    const error = asAadstsError(cause)
    recordOutcome(request, error)
    sendReply(response, errorPageReply(error, traceFor(services.platform.now(), undefined)))
  }
}

async function openInteraction(
  { provider, authorizeRequests }: Services,
  { path }: Exchange,
): Promise<OpenInteraction> {
  const interaction = await provider.Interaction.find(path.slice('/interaction/'.length))
  const request = authorizeRequests.get(String(interaction?.params[requestParameter]))
  if (interaction === undefined || request === undefined) {
    throw malformedRequest(
      'The sign-in has expired or was finished already. Start again at the application.',
    )
  }
  const { pathname } = new URL(interaction.returnTo)
  return { request, returnTo: pathname }
}

/** What the user did on the page shown last. */
function applyInput(
  services: Services,
  exchange: Exchange,
  { open, input }: { open: OpenInteraction; input: Parameters },
): void {
  const { request } = open
  const step = currentStep(services, exchange, open)
  if (input.cancel !== undefined || input.decision === 'decline') {
    request.progress.refusal = cancelled(step, request)
  } else if (step.kind === 'choose account' && input.user !== undefined) {
    chooseAccount(services, exchange, { request, userId: input.user })
  } else if (step.kind === 'ask consent' && input.decision === 'accept') {
    accept(services, step, input)
    request.progress.hasConsented = true
  }
}

function cancelled(step: NextStep, { client }: AuthorizeRequest): AadstsError {
  return step.kind === 'ask administrator'
    ? adminConsentNeeded(client.displayName)
    : signInCancelled()
}

function chooseAccount(
  { platform, sessions }: Services,
  exchange: Exchange,
  { request, userId }: { request: AuthorizeRequest; userId: string },
): void {
  const account = pickableAccounts(platform, request).find(({ user }) => user.id === userId)
  if (account === undefined) throw userNotInTenant(userId, request.segment.name)
  sessions.signIn(exchange, account.home)
  request.progress.account = account
}

function accept(
  { platform }: Services,
  { account, permissions }: NextStep & { kind: 'ask consent' },
  input: Parameters,
): void {
  const forEveryone = input.organization === '1' && account.user.isAdmin === true
  grantPermissions(platform, permissions, {
    tenantId: account.tenant.id,
    user: forEveryone ? 'everyone' : account.user.id,
  })
}

function currentStep(
  { platform, sessions }: Services,
  { request }: Exchange,
  open: OpenInteraction,
): NextStep {
  return nextStep(platform, open.request, sessions.accounts(request))
}

function page(services: Services, exchange: Exchange, open: OpenInteraction): Reply {
  const step = currentStep(services, exchange, open)
  const { request } = open
  const { client, segment } = request
  const action = `/${exchange.tenant}${exchange.path}`
  const appName = client.displayName
  switch (step.kind) {
    case 'refuse':
    case 'complete':
      return redirectReply(open.returnTo, 303)
    case 'stop':
      recordOutcome(exchange.request, step.error)
      return errorPageReply(step.error, traceFor(services.platform.now(), request.correlationId))
    case 'choose account':
      return pageReply(
        accountPickerPage({
          appName,
          tenantName: segment.kind === 'tenant' ? segment.tenant.displayName : 'Microsoft',
          users: pickableAccountsOf(pickableAccounts(services.platform, request)),
          loginHint: request.loginHint,
          action,
        }),
      )
    case 'ask consent': {
      const { tenant, user } = step.account
      return pageReply(
        consentPage({
          appName,
          tenantName: tenant.displayName,
          user,
          permissions: linesOf(step.permissions),
          canConsentForOrganization: user.isAdmin === true && !isPersonal(tenant.id),
          action,
        }),
      )
    }
    case 'ask administrator':
      return pageReply(
        adminApprovalPage({
          appName,
          user: step.account.user,
          permissions: linesOf(step.permissions),
          returnAction: action,
          trace: traceFor(services.platform.now(), request.correlationId),
        }),
      )
  }
}
