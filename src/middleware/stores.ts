import { createSealer } from '../platform/seal.js'
import { ConfigurationError } from '../protocol/configuration-error.js'
import { SessionUnavailableError } from '../protocol/sign-in-errors.js'
import { createSealedTokenStore } from '../stores/sealed-token-store.js'
import { sessionDeadline } from '../stores/session-deadline.js'
import { withStoreGate } from '../stores/store-gate.js'
import { StoreUnavailable } from '../stores/store-unavailable.js'
import type { TokenStore } from '../stores/token-store.js'
import type { Settings } from './settings.js'

/** Milliseconds: asking the platform takes little longer than this. */
const tokenDeadline = 500

/** The one store that processes share, for two uses; both undefined when they share none. */
export interface Stores {
  /** Sign-outs and the tokens of cookie sessions: without it nobody can be let in, so it fails with 503. */
  readonly sessions: TokenStore | undefined
  /** On-behalf-of and app-only tokens: what it does not give is fetched. */
  readonly tokens: TokenStore | undefined
}

/** @throws ConfigurationError when a store is shared and there is no secret to seal its content with. */
export function createStores(settings: Settings): Stores {
  const { store, clock, clientId, secrets, host } = settings
  if (store === undefined) return { sessions: undefined, tokens: undefined }
  if (secrets.length === 0) throw secretMissing()
  const sealed = createSealedTokenStore(store, createSealer(secrets), clientId)
  return {
    sessions: withStoreGate(sealed, {
      clock,
      deadline: sessionDeadline,
      failure: (operation) => new SessionUnavailableError(operation),
      onTrouble: (cause) =>
        host.warn(
          `The store fails (${cause}): what needs it is answered 503 until it is back; nobody is signed out.`,
        ),
    }),
    tokens: withStoreGate(sealed, {
      clock,
      deadline: tokenDeadline,
      failure: () => new StoreUnavailable(),
      onTrouble: (cause) =>
        host.warn(
          `The store fails (${cause}): until it is back every process fetches its own tokens.`,
        ),
    }),
  }
}

function secretMissing(): ConfigurationError {
  return new ConfigurationError({
    message:
      'store is given and secret is not. What is stored outside this process is sealed with secret: ' +
      'at least 32 random characters, the same in every process (openssl rand -base64 48).',
    option: 'secret',
    environmentVariable: 'ENTRADA_SECRET',
  })
}
