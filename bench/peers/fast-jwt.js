import { createVerifier } from 'fast-jwt'
import { api } from '../rig/tokens.js'

export const verifierWith =
  (settings) =>
  async ({ key, issuer }) =>
    createVerifier({
      key: key.pem,
      algorithms: ['RS256'],
      allowedIss: issuer,
      allowedAud: api,
      clockTolerance: 300_000,
      ...settings,
    })

export default {
  name: 'fast-jwt, the key given as PEM',
  packages: ['fast-jwt'],
  kind: 'peer',
  verifier: verifierWith({}),
}
