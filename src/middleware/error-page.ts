import { AccessRefusal } from '../protocol/access-errors.js'
import type { EntraError } from '../protocol/entra-error.js'
import {
  CallbackInvalidError,
  SignInRefusedError,
  type SignInRefusal,
} from '../protocol/sign-in-errors.js'
import {
  AdminConsentRequiredError,
  RequestRefusedError,
  TokenRefusedError,
} from '../protocol/token-errors.js'
import type { Page, PageLink } from './page.js'

type Words = Pick<Page, 'title' | 'text'>

const refusals: Readonly<Record<SignInRefusal, Words>> = {
  declined: {
    title: 'Sign-in cancelled',
    text: ['The sign-in was cancelled, or access was denied.'],
  },
  'consent-declined': {
    title: 'Permission not granted',
    text: [
      'The permissions that this application asks for were not granted.',
      'You can try again and look at the list of permissions first. Nothing new has been shared.',
    ],
  },
  'admin-approval': {
    title: 'Approval needed',
    text: [
      'An administrator of your organization has to approve this application before you can use it.',
      'Ask your administrator, and give them the details below. Signing in again does not change it.',
    ],
  },
  tenant: {
    title: 'Another organization',
    text: [
      'This application cannot be used with accounts of your organization.',
      'If you have an account in another organization, try again with that one.',
    ],
  },
  interaction: {
    title: 'Sign-in needed',
    text: ['Microsoft Entra ID could not sign you in without asking you. Please sign in.'],
  },
  requirement: {
    title: 'Further proof needed',
    text: ['This page needs a stronger or more recent sign-in than the one you completed.'],
  },
  role: {
    title: 'No access',
    text: [
      'Your account may not open this page.',
      'If you need it, ask the people who run this application to give you the role for it.',
    ],
  },
  provider: {
    title: 'Sign-in refused',
    text: [
      'Microsoft Entra ID refused the sign-in.',
      'If it happens again, give the details below to the people who run this application.',
    ],
  },
  application: {
    title: 'No access',
    text: ['Your account is known, but it may not use this application.'],
  },
}

const callbackWords: Words = {
  title: 'Sign-in not completed',
  text: [
    'This sign-in cannot be completed. It may be too old, used before, started in another browser or under ' +
      'another address of this site, or your browser keeps no cookies for it.',
    'Please start it again.',
  ],
}

const originWords: Words = {
  title: 'Sign-in not completed',
  text: [
    'This application has several addresses, and the sign-in started at another one than this.',
    'Please start it again here.',
  ],
}

const unavailable: Words = {
  title: 'Not available right now',
  text: [
    'Something that this page needs is not available at the moment.',
    'Please try again shortly.',
  ],
}

const needsAct: Words = {
  title: 'Your confirmation is needed',
  text: [
    'To go on, you have to sign in again or grant this application a permission.',
    'You were asked just now, and it did not lead any further. You can try again.',
  ],
}

const internal: Words = {
  title: 'Something is wrong with this application',
  text: ['The people who run it have to look into it. Give them the details below.'],
}

const refusedWords: Words = {
  title: 'Request refused',
  text: ['This request cannot be answered.'],
}

/**
 * What a person is told about an error: our own words, chosen by its kind.
 *
 * @param adminConsentPath Where this app lets administrators consent, if it does.
 */
export function errorPageOf(
  error: EntraError,
  tryAgain: PageLink,
  adminConsentPath?: string,
): Page {
  const details = detailsOf(error)
  if (error instanceof SignInRefusedError) {
    const alternative = error.reason === 'admin-approval' ? forAdmin(adminConsentPath) : undefined
    return { ...refusals[error.reason], ...details, action: tryAgain, alternative }
  }
  if (error instanceof CallbackInvalidError) {
    const words = error.fault === 'origin' ? originWords : callbackWords
    return { ...words, ...details, action: tryAgain }
  }
  if (error instanceof AdminConsentRequiredError) {
    const alternative = forAdmin(adminConsentPath ?? error.adminConsentUrl)
    return { ...refusals['admin-approval'], ...details, alternative }
  }
  if (isConsentDenied(error)) {
    return { ...refusals['consent-declined'], ...details, action: tryAgain }
  }
  if (error.status === 503) return { ...unavailable, ...details, action: tryAgain }
  if (error.status === 401) return { ...needsAct, ...details, action: tryAgain }
  return error.status >= 500 ? { ...internal, ...details } : { ...refusedWords, ...details }
}

/** Other denials, such as a user who is not assigned, are no matter of consent. */
function isConsentDenied(error: EntraError): boolean {
  return (
    error instanceof RequestRefusedError &&
    error.reason === 'denied' &&
    error.aadsts.every((number) => number === 65004)
  )
}

function forAdmin(href: string | undefined): PageLink | undefined {
  return href === undefined ? undefined : { kind: 'link', label: 'I am an administrator', href }
}

/** Whether an answer tells the code alone, or also why; the latter is for development. */
export type ErrorDetail = 'code' | 'explanation'

/** What a program is told: the same, as JSON. */
export function errorBodyOf(
  error: EntraError,
  detail: ErrorDetail = 'code',
): Readonly<Record<string, unknown>> {
  const { code, correlationId } = detailsOf(error)
  return {
    error: error.code,
    message: error.expose ? error.message : internal.title,
    ...(code === error.code ? {} : { detail: code }),
    ...(correlationId === undefined ? {} : { correlationId }),
    ...(error instanceof AdminConsentRequiredError
      ? { adminConsentUrl: error.adminConsentUrl }
      : {}),
    ...(detail === 'explanation' && error instanceof AccessRefusal
      ? { explanation: error.explanation }
      : {}),
  }
}

function detailsOf(error: EntraError): Pick<Page, 'code' | 'correlationId'> & { code: string } {
  if (error instanceof SignInRefusedError) {
    return { code: codeOf(error, error.aadsts), correlationId: error.correlationId }
  }
  if (error instanceof TokenRefusedError) {
    return { code: codeOf(error, error.aadsts[0]), correlationId: error.correlationId }
  }
  return { code: error.code }
}

function codeOf(error: EntraError, aadsts: number | undefined): string {
  return aadsts === undefined ? error.code : `AADSTS${aadsts}`
}
