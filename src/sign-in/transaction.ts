import { encodeBase64Url } from '../platform/base64url.js'
import type { Clock } from '../platform/clock.js'
import { packed, unpacked } from '../platform/packed-json.js'
import type { Sealer } from '../platform/seal.js'
import { applicationMark } from '../protocol/application-mark.js'

/** How long a sign-in may take, in milliseconds: the user may have to look for a phone. */
export const transactionLifetime = 10 * 60_000

/** What a sign-in carries from its start to its end, beyond what can be derived. */
export interface TransactionContent {
  /** Local path to go to afterwards; `/` when left out. */
  readonly returnTo?: string
  /** Public origin that the sign-in started at; the first configured one when left out. */
  readonly origin?: string
  /** Scopes to ask for, when they are not the configured ones. */
  readonly scopes?: readonly string[]
  /** Claims request, as JSON text, from a challenge. */
  readonly claims?: string
  /** What this sign-in was started for, when a request could not go on without it. */
  readonly need?: string
  /** How many sign-ins failed right before this one and were started again. */
  readonly restarts?: number
  /** Authentication contexts that this sign-in has to satisfy. */
  readonly acrs?: readonly string[]
  /** Those of the sign-in before, which are asked for again so that they are not lost. */
  readonly heldAcrs?: readonly string[]
  /** How many seconds ago the user may have signed in at Entra. */
  readonly maxAge?: number
  /** An attempt without a question: when it fails, nobody is signed in and nothing is shown. */
  readonly silent?: true
}

/** A sign-in under way. Its state, nonce and PKCE verifier are all derived from one random value. */
export interface Transaction extends TransactionContent {
  readonly state: string
  readonly nonce: string
  /** PKCE (RFC 7636): the verifier is sent when the code is redeemed, its hash at the start. */
  readonly codeVerifier: string
  readonly codeChallenge: string
  /** A GUID that Entra logs the requests of this sign-in under; shown to the user when it fails. */
  readonly correlationId: string
  /** Milliseconds since the epoch. */
  readonly issuedAt: number
}

/** A transaction as it travels: one short-lived cookie each, so that tabs do not disturb each other. */
export interface SealedTransaction {
  readonly name: string
  readonly value: string
}

export interface TransactionCodec {
  begin(
    content: TransactionContent,
  ): Promise<{ transaction: Transaction; cookie: SealedTransaction }>
  /** The transaction in a cookie, when it is one of ours and for this state. */
  open(cookie: SealedTransaction, state: string): Promise<Transaction | undefined>
  isExpired(transaction: Transaction): boolean
  /** Whether a cookie's name is one that `begin` makes, and when it was issued. */
  issuedAtOf(cookieName: string): number | undefined
  /** Whether a cookie's name is the one of this state. */
  isNameFor(cookieName: string, state: string): boolean
}

export interface TransactionSettings {
  readonly sealer: Sealer
  readonly clock: Clock
  /** `{origin}/{tenant}`: a transaction of one authority is nothing to another. */
  readonly authority: string
  readonly clientId: string
  /** Puts `__Host-` in front on https. */
  readonly cookieName: (name: string) => string
}

const randomBytes = 32
const stateCharacters = 12

export function createTransactionCodec(settings: TransactionSettings): TransactionCodec {
  const { sealer, clock, authority, clientId } = settings
  const prefix = settings.cookieName(`entrada.${applicationMark(clientId)}.`)
  const boundTo = (name: string) => [authority, clientId, name]

  return {
    async begin(content) {
      const random = encodeBase64Url(crypto.getRandomValues(new Uint8Array(randomBytes)))
      const transaction = await derived(random, Math.floor(clock() / 1000), content)
      const name = prefix + nameEndOf(transaction.issuedAt, transaction.state)
      // Packed, because a claims request in JSON in JSON would not fit into a cookie.
      const bytes = packed({ random, issued: transaction.issuedAt / 1000, ...content })
      return {
        transaction,
        cookie: { name, value: await sealer.seal('transaction', bytes, boundTo(name)) },
      }
    },

    async open({ name, value }, state) {
      const opened = await sealer.open('transaction', value, boundTo(name))
      if (opened === undefined) return undefined
      // What our seal covers, `begin` has written.
      const { random, issued, ...content } = unpacked(opened.bytes) as Written
      const transaction = await derived(random, issued, content)
      return transaction.state === state ? transaction : undefined
    },

    isExpired: ({ issuedAt }) => clock() - issuedAt > transactionLifetime,

    issuedAtOf(cookieName) {
      if (!cookieName.startsWith(prefix)) return undefined
      const seconds = Number.parseInt(cookieName.slice(prefix.length), 36)
      return Number.isSafeInteger(seconds) ? seconds * 1000 : undefined
    },

    isNameFor: (cookieName, state) =>
      cookieName.startsWith(prefix) && cookieName.endsWith(`.${state.slice(0, stateCharacters)}`),
  }
}

type Written = TransactionContent & { readonly random: string; readonly issued: number }

function nameEndOf(issuedAt: number, state: string): string {
  return `${(issuedAt / 1000).toString(36)}.${state.slice(0, stateCharacters)}`
}

async function derived(
  random: string,
  issuedSeconds: number,
  content: TransactionContent,
): Promise<Transaction> {
  const [state, nonce, codeVerifier, correlation] = await Promise.all([
    derivedBytes(random, 'state').then(encodeBase64Url),
    derivedBytes(random, 'nonce').then(encodeBase64Url),
    derivedBytes(random, 'code_verifier').then(encodeBase64Url),
    derivedBytes(random, 'correlation'),
  ])
  return Object.freeze({
    ...content,
    state,
    nonce,
    codeVerifier,
    codeChallenge: encodeBase64Url(await sha256(codeVerifier)),
    correlationId: guidOf(correlation),
    issuedAt: issuedSeconds * 1000,
  })
}

/** 256 bits that tell nothing about the random value or the other values derived from it. */
async function derivedBytes(random: string, purpose: string): Promise<Uint8Array> {
  const encoder = new TextEncoder()
  const material = await crypto.subtle.importKey('raw', encoder.encode(random), 'HKDF', false, [
    'deriveBits',
  ])
  const info = encoder.encode(`entrada/transaction/${purpose}`)
  const parameters = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info }
  return new Uint8Array(await crypto.subtle.deriveBits(parameters, material, 256))
}

async function sha256(text: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)))
}

/** A version 8 UUID (RFC 9562 section 5.8): a UUID of one's own making. */
function guidOf(bytes: Uint8Array): string {
  const hex = Array.from(bytes.slice(0, 16), (byte) => byte.toString(16).padStart(2, '0')).join('')
  const parts = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
  ]
  return [...parts, hex.slice(20)].join('-')
}
