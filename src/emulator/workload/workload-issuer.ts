import { randomBytes, randomUUID } from 'node:crypto'
import type { Workload } from '../emulator.js'
import { nextKeyPair } from '../keys/key-pairs.js'
import { createSigningKey, type SigningKey } from '../keys/signing-key.js'
import { signJwt } from '../tokens/sign-jwt.js'

/** The machine, with what only the emulator itself may know. */
export interface WorkloadIssuer extends Workload {
  /** What App Service wants to see in X-IDENTITY-HEADER. */
  readonly identityHeader: string
  /** Made when it is first needed. */
  key(): Promise<SigningKey>
}

export interface WorkloadSettings {
  /** Where the emulator listens; a machine's endpoints have no public name. */
  listening: string
  now: () => number
}

export function createWorkloadIssuer({ listening, now }: WorkloadSettings): WorkloadIssuer {
  const issuer = `${listening}/workload`
  const identityHeader = randomBytes(16).toString('hex').toUpperCase()
  let made: Promise<SigningKey> | undefined

  function key(): Promise<SigningKey> {
    made ??= nextKeyPair().then((pair) => createSigningKey('organization', pair, now()))
    return made
  }

  return {
    issuer,
    identityHeader,
    virtualMachine: { AZURE_POD_IDENTITY_AUTHORITY_HOST: listening },
    appService: { IDENTITY_ENDPOINT: `${listening}/msi/token`, IDENTITY_HEADER: identityHeader },
    key,
    async mint({ subject, audience = 'api://AzureADTokenExchange', claims, expiresIn = 3_600 }) {
      const signing = await key()
      const issuedAt = Math.floor(now() / 1000)
      const payload = {
        aud: [audience],
        exp: issuedAt + expiresIn,
        iat: issuedAt,
        iss: issuer,
        jti: randomUUID(),
        nbf: issuedAt,
        sub: subject,
        ...claims,
      }
      return signJwt({ alg: 'RS256', kid: signing.kid }, payload, signing)
    },
  }
}
