// With room for some hundred tokens: what keeping thousands adds to a new one is the difference.
import { verifierWith } from './entrada.js'

export default {
  name: 'entrada with 1 MiB of memory',
  packages: [],
  kind: 'entrada',
  remembers: true,
  verifier: verifierWith({ cacheMegabytes: 1 }),
}
