// A platform as other processes know it: without its private key.
import { createPublicKey } from 'node:crypto'

export function toldOf({ origin, secureOrigin, ca, issuer, jwksUri, key: { kid, jwk, pem } }) {
  return { origin, secureOrigin, ca, issuer, jwksUri, key: { kid, jwk, pem } }
}

/** What `toldOf` said, as peers take it. */
export function platformFrom(told) {
  return { ...told, key: { ...told.key, publicKey: createPublicKey(told.key.pem) } }
}
