import { isGraphAudience } from '../../validation/audience.js'
import { foreignKindFault, tokenKindOf } from '../../validation/token-kind.js'
import type { TokenReading } from './token-reading.js'

/** What a token is, for a person: its kind, and what that kind is good for. */
export interface TokenNature {
  readonly kind:
    | 'delegated'
    | 'app-only'
    | 'id-token'
    | 'graph-delegated'
    | 'graph-app-only'
    | 'unclear'
    | 'encrypted'
    | 'opaque'
  readonly title: string
  readonly meaning: string
}

export function natureOf(reading: TokenReading): TokenNature {
  if (reading.form === 'opaque') return opaque
  if (reading.form === 'encrypted') return encrypted
  const { claims, header } = reading
  if (foreignKindFault(claims)?.reason === 'id-token') return idToken
  const kind = tokenKindOf(claims)
  if (kind.kind === 'refused') return kind.explanation.reason === 'id-token' ? idToken : unclear
  const isGraph = isGraphAudience(claims.aud) || 'nonce' in header
  if (kind.kind === 'user') return isGraph ? graph.user : delegated
  // An app's token always names its client.
  if (claims.appid === undefined && claims.azp === undefined) return unclear
  return isGraph ? graph.app : appOnly
}

const delegated: TokenNature = {
  kind: 'delegated',
  title: 'Delegated access token',
  meaning: 'A user, acting through an app: the API that it is for may do what both may do.',
}

const appOnly: TokenNature = {
  kind: 'app-only',
  title: 'App-only access token',
  meaning: 'An app by itself, without a user: its roles are application permissions.',
}

const idToken: TokenNature = {
  kind: 'id-token',
  title: 'ID token',
  meaning: 'For the client that signed the user in, and for nobody else: no API may accept it.',
}

const forGraph =
  'Only Graph can validate it: the signature covers a hidden value. No other API may accept it.'

const graph: Readonly<Record<'user' | 'app', TokenNature>> = {
  user: {
    kind: 'graph-delegated',
    title: 'Delegated access token for Microsoft Graph',
    meaning: forGraph,
  },
  app: {
    kind: 'graph-app-only',
    title: 'App-only access token for Microsoft Graph',
    meaning: forGraph,
  },
}

const unclear: TokenNature = {
  kind: 'unclear',
  title: 'Token of an unclear kind',
  meaning: 'It has marks of a user token and of an app-only token, or of neither.',
}

const encrypted: TokenNature = {
  kind: 'encrypted',
  title: 'Encrypted token',
  meaning: 'Only the API that it is for can read it.',
}

const opaque: TokenNature = {
  kind: 'opaque',
  title: 'Opaque token',
  meaning:
    'It is no JSON Web Token: an access token for an API of Microsoft (personal accounts), a refresh\n' +
    'token, an authorization code, or text that was cut off. Nobody but its issuer can read it.',
}
