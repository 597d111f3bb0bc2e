import type { DecodedToken } from '../request-record.js'

/** Names of parameters and members whose values would let a reader act for somebody. */
const secrets = new Set([
  'access_token',
  'assertion',
  'client_assertion',
  'client_secret',
  'code',
  'code_verifier',
  'id_token',
  'id_token_hint',
  'password',
  'refresh_token',
])

export const redacted = '[redacted]'

export function isSecret(name: string): boolean {
  return secrets.has(name)
}

/** A JSON value with the secret members of its objects left out; a `code` there names an error. */
export function withoutSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSecrets)
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value).map(([name, member]) => {
    return [name, isSecretMember(name, member) ? redacted : withoutSecrets(member)] as const
  })
  return Object.fromEntries(members)
}

function isSecretMember(name: string, member: unknown): boolean {
  return name !== 'code' && isSecret(name) && member !== ''
}

/** An address with the secret parameters of its query and fragment left out. */
export function withoutSecretParameters(address: string): string {
  return address.replace(/([?&#])([^=&#]+)=([^&#]*)/g, (whole, start: string, name: string) =>
    isSecret(name) ? `${start}${name}=${redacted}` : whole,
  )
}

/** What a JWT says, without its signature; undefined for anything else. */
export function decodedToken(value: string): DecodedToken | undefined {
  const [header, claims, ...rest] = value.split('.')
  if (header === undefined || claims === undefined || rest.length !== 1) return undefined
  try {
    return { header: jsonObject(header), claims: jsonObject(claims) }
  } catch {
    return undefined
  }
}

function jsonObject(encoded: string): Record<string, unknown> {
  const value: unknown = JSON.parse(Buffer.from(encoded, 'base64url').toString())
  if (typeof value !== 'object' || value === null) throw new TypeError('No object.')
  return { ...value }
}
