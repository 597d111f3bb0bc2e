import { AadstsError } from '../errors/aadsts-error.js'

const codes = { issuer: 700211, audience: 700212, subject: 700213 }

/** What of the assertion stands in no federated credential of the application. */
export function noMatchingRecord(part: keyof typeof codes, presented: string): AadstsError {
  return new AadstsError({
    code: codes[part],
    error: 'invalid_client',
    message: `No matching federated identity record found for presented assertion ${part} '${presented}'. Check your federated identity credential Subject, Audience and Issuer against the presented assertion.`,
  })
}

export function userTokenPresented(): AadstsError {
  return new AadstsError({
    code: 700229,
    error: 'invalid_client',
    message:
      'The issuer is an identity provider of users, and the token presented is not app-only. A federated identity credential needs an app-only token.',
  })
}

export function foreignIdentityPresented(issuer: string): AadstsError {
  return new AadstsError({
    code: 700236,
    error: 'invalid_client',
    message: `Entra ID tokens issued by issuer '${issuer}' may not be used for federated identity credential flows for applications or managed identities registered in this tenant.`,
  })
}

export function unsuitableIdentityPresented(): AadstsError {
  return new AadstsError({
    code: 700226,
    error: 'invalid_client',
    message:
      'Only tokens of user-assigned managed identities may be used as federated identity credentials for this issuer.',
  })
}
