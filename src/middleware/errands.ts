import type { Clock } from '../platform/clock.js'
import type { Sealer } from '../platform/seal.js'
import type { SignInHints } from '../sign-in/authorization-request.js'
import type { TransactionContent } from '../sign-in/transaction.js'

/** What a request lacks, and how the user can get it. */
export interface Errand {
  readonly content: Omit<TransactionContent, 'returnTo'>
  readonly hints: SignInHints
}

/** What of it an address says; who the user is, the session does, wherever the address is opened. */
export interface SealedErrand {
  readonly content: Errand['content']
  readonly prompt?: SignInHints['prompt']
}

/** The address at which a browser runs a program's errand. */
export interface Errands {
  /** @param returnTo Local path of the page to come back to. */
  addressOf(errand: Errand, returnTo: string): Promise<string>
  /** Undefined when an address says nothing, was not made here, or is old. */
  readIn(query: URLSearchParams): Promise<SealedErrand | undefined>
}

export interface ErrandSettings {
  readonly sealer: Sealer
  readonly clock: Clock
  readonly clientId: string
  readonly loginPath: string
}

/** Sealed, so that what a sign-in asks for is worded by this app alone. */
const parameter = 'errand'
/** Milliseconds: somebody may leave the page open for a while before going where it says. */
const lifetime = 3_600_000

export function createErrands(settings: ErrandSettings): Errands {
  const { sealer, clock, clientId, loginPath } = settings

  return {
    async addressOf({ content, hints: { prompt } }, returnTo) {
      const query = new URLSearchParams()
      if (returnTo !== '/') query.set('returnTo', returnTo)
      if (Object.keys(content).length > 0 || prompt !== undefined) {
        const text = JSON.stringify({ content, prompt, at: clock() } satisfies Written)
        query.set(parameter, await sealer.seal('errand', text, [clientId]))
      }
      return query.size === 0 ? loginPath : `${loginPath}?${query.toString()}`
    },
    async readIn(query) {
      const sealed = query.get(parameter)
      const opened = sealed === null ? undefined : await sealer.open('errand', sealed, [clientId])
      if (opened === undefined) return undefined
      const { at, ...errand } = JSON.parse(opened.text) as Written // our seal covers what is written above
      return clock() - at <= lifetime ? errand : undefined
    },
  }
}

type Written = SealedErrand & { readonly at: number }
