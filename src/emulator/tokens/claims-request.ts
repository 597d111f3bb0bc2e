import { malformedRequest } from '../errors/catalogue.js'

/** What of the `claims` parameter the platform acts upon. */
export interface ClaimsRequest {
  /** `xms_cc`: capabilities of the client, such as `cp1`. */
  capabilities: string[]
  /** `acrs` for the access token: authentication contexts, such as `c1`. */
  contexts: string[]
  /** `acrs` for the ID token. */
  idTokenContexts: string[]
  /** `polids`: Conditional Access policies that the sign-in is to satisfy. */
  policies: string[]
}

/** https://learn.microsoft.com/entra/identity-platform/claims-challenge */
export function parseClaimsRequest(text: string | undefined): ClaimsRequest {
  if (text === undefined || text === '') return noClaims
  const { access_token: accessToken, id_token: idToken } = jsonObject(text)
  const members = isObject(accessToken) ? accessToken : {}
  return {
    capabilities: valuesOf(members.xms_cc),
    contexts: valuesOf(members.acrs),
    idTokenContexts: valuesOf(isObject(idToken) ? idToken.acrs : undefined),
    policies: valuesOf(members.polids),
  }
}

export const noClaims: ClaimsRequest = {
  capabilities: [],
  contexts: [],
  idTokenContexts: [],
  policies: [],
}

function jsonObject(text: string): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(text)
    if (isObject(parsed)) return parsed
  } catch {
    // Reported below, together with JSON that is no object.
  }
  throw malformedRequest("The 'claims' parameter is not a JSON object.")
}

function valuesOf(member: unknown): string[] {
  if (!isObject(member)) return []
  const values: unknown[] = Array.isArray(member.values) ? member.values : [member.value]
  return values.filter((value) => typeof value === 'string')
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
