import type { Sealer } from '../platform/seal.js'
import type { SignInHints } from '../sign-in/authorization-request.js'
import type { TransactionContent } from '../sign-in/transaction.js'

/** What a request lacks, and how the user can get it. */
export interface Errand {
  readonly content: Omit<TransactionContent, 'returnTo'>
  readonly hints: SignInHints
}

/** The address at which a browser runs a program's errand. */
export interface Errands {
  /** @param returnTo Local path of the page to come back to. */
  addressOf(errand: Errand, returnTo: string): Promise<string>
  /** What an address was made for: nothing but a sign-in when it says nothing, or was not made here. */
  readIn(query: URLSearchParams): Promise<Errand>
}

export interface ErrandSettings {
  readonly sealer: Sealer
  readonly clientId: string
  readonly loginPath: string
}

/** Sealed, so that what a sign-in asks for is worded by this app alone. */
const parameter = 'errand'

export function createErrands({ sealer, clientId, loginPath }: ErrandSettings): Errands {
  return {
    async addressOf(errand, returnTo) {
      const query = new URLSearchParams()
      if (returnTo !== '/') query.set('returnTo', returnTo)
      if (Object.keys(errand.content).length > 0) {
        query.set(parameter, await sealer.seal('errand', JSON.stringify(errand), [clientId]))
      }
      return query.size === 0 ? loginPath : `${loginPath}?${query.toString()}`
    },
    async readIn(query) {
      const sealed = query.get(parameter)
      const opened = sealed === null ? undefined : await sealer.open('errand', sealed, [clientId])
      // What our seal covers, addressOf() has written.
      return opened === undefined ? { content: {}, hints: {} } : (JSON.parse(opened.text) as Errand)
    },
  }
}
