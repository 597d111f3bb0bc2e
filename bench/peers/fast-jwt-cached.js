import { verifierWith } from './fast-jwt.js'

export default {
  name: 'fast-jwt with its cache',
  packages: ['fast-jwt'],
  kind: 'peer',
  remembers: true,
  verifier: verifierWith({ cache: 10_000 }),
}
