import { createHash } from 'node:crypto'
import type { SigningKey } from '../keys/signing-key.js'

/** A JWT signed with RSASSA-PKCS1-v1_5 and SHA-256, whatever its header claims. */
export async function signJwt(
  header: Record<string, unknown>,
  payload: Record<string, unknown>,
  { privateKey }: SigningKey,
): Promise<string> {
  const input = `${encoded(header)}.${encoded(payload)}`
  return `${input}.${await signature(input, privateKey)}`
}

/**
 * A token for Microsoft Graph. Its header carries a nonce, and the signature covers the nonce's hash
 * instead of the nonce: only Graph can check it, which is the point.
 */
export async function signGraphJwt(
  header: Record<string, unknown> & { nonce: string },
  payload: Record<string, unknown>,
  { privateKey }: SigningKey,
): Promise<string> {
  const input = `${encoded(header)}.${encoded(payload)}`
  return `${input}.${await signature(graphSigningInput(input), privateKey)}`
}

/** What a signature covers when the header has a nonce. */
export function graphSigningInput(input: string): string {
  const [encodedHeader = '', encodedPayload = ''] = input.split('.')
  const header = JSON.parse(Buffer.from(encodedHeader, 'base64url').toString()) as { nonce: string }
  const nonce = createHash('sha256').update(header.nonce).digest('base64url')
  return `${encoded({ ...header, nonce })}.${encodedPayload}`
}

async function signature(input: string, privateKey: CryptoKey): Promise<string> {
  const bytes = new TextEncoder().encode(input)
  const signed = await crypto.subtle.sign('RSASSA-PKCS1-v1_5', privateKey, bytes)
  return Buffer.from(signed).toString('base64url')
}

function encoded(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}
