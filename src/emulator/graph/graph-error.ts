import { graphAppId } from '../directory.js'

/** A refusal in Graph's own words; becomes the error envelope and its status. */
export class GraphError extends Error {
  readonly status: number
  readonly code: string
  readonly headers: Readonly<Record<string, string>>

  constructor(
    status: number,
    code: string,
    message: string,
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(message)
    this.name = 'GraphError'
    this.status = status
    this.code = code
    this.headers = headers
  }
}

export function badRequest(message: string): GraphError {
  return new GraphError(400, 'BadRequest', message)
}

/** A path without a meaning here; Graph calls that a bad request, not a missing resource. */
export function unknownSegment(segment: string): GraphError {
  return badRequest(`Resource not found for the segment '${segment}'.`)
}

export function invalidToken(message: string, challenge: string): GraphError {
  return new GraphError(401, 'InvalidAuthenticationToken', message, {
    'www-authenticate': challenge,
  })
}

/**
 * A refusal that says what the next token must have. The JSON is Graph's to the letter, with its one
 * space, in base64 with padding.
 */
export function claimsChallenge(
  accessToken: Readonly<Record<string, { essential: true; value: string }>>,
  { authorizationUri, code }: { authorizationUri: string; code: string },
): GraphError {
  const json = JSON.stringify({ access_token: accessToken }).replaceAll(',"', ', "')
  const claims = Buffer.from(json).toString('base64')
  return invalidToken(
    `Continuous access evaluation resulted in claims challenge with result: InteractionRequired and code: ${code}`,
    `Bearer realm="", authorization_uri="${authorizationUri}", client_id="${graphAppId}", error="insufficient_claims", claims="${claims}"`,
  )
}

/** How the directory part of Graph (users, groups) refuses a token without the permission. */
export function insufficientPrivileges(): GraphError {
  return new GraphError(
    403,
    'Authorization_RequestDenied',
    'Insufficient privileges to complete the operation.',
  )
}

/** How the Exchange part of Graph (mail, calendar) refuses a token without the permission. */
export function accessDenied(): GraphError {
  return new GraphError(
    403,
    'ErrorAccessDenied',
    'Access is denied. Check credentials and try again.',
  )
}

export function resourceNotFound(id: string): GraphError {
  return new GraphError(
    404,
    'Request_ResourceNotFound',
    `Resource '${id}' does not exist or one of its queried reference-property objects are not present.`,
  )
}

export function itemNotFound(): GraphError {
  return new GraphError(
    404,
    'ErrorItemNotFound',
    'The specified object was not found in the store.',
  )
}

export function noMailbox(): GraphError {
  return new GraphError(
    404,
    'MailboxNotEnabledForRESTAPI',
    'The mailbox is either inactive, soft-deleted, or is hosted on-premise.',
  )
}

/** Too many requests, or a part of Graph that is out of order. https://learn.microsoft.com/graph/throttling */
export function turnedAway(status: number, retryAfter: number | undefined): GraphError {
  const headers: Record<string, string> =
    retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }
  return status === 429
    ? new GraphError(429, 'TooManyRequests', 'Please retry again later.', headers)
    : new GraphError(
        status,
        status === 503 ? 'ServiceUnavailable' : 'UnknownError',
        'The service is temporarily unavailable. Please retry later.',
        headers,
      )
}

export function methodNotAllowed(allow: readonly string[]): GraphError {
  return new GraphError(
    405,
    'Request_BadRequest',
    'Specified HTTP method is not allowed for the request target.',
    { allow: allow.join(', ') },
  )
}
