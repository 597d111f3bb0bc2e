import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { TenantUser } from '../platform/registry.js'

/** An account that is signed in at the platform, in one browser. */
export interface SessionAccount {
  home: TenantUser['home']
  /** `sid` of its tokens, `session_state` of its answers. */
  sessionId: string
  /** Seconds. */
  authTime: number
  /** Application ids that have signed in with it and want to hear of the sign-out. */
  clients: Set<string>
}

/** Single sign-on: the accounts of each browser, by a cookie of the platform's own. */
export interface BrowserSessions {
  accounts(request: IncomingMessage): SessionAccount[]
  /** Signs the account in, or again; gives a browser without a session one. */
  signIn(
    exchange: { request: IncomingMessage; response: ServerResponse },
    home: TenantUser['home'],
  ): void
  /** Forgets the accounts and returns what they leave behind. */
  signOut(request: IncomingMessage, accounts: readonly SessionAccount[]): void
  /** Forgets the account in every browser. */
  end(home: TenantUser['home']): void
}

/** Entra's own name for it. */
const cookieName = 'ESTSAUTH'

export function createBrowserSessions(now: () => number): BrowserSessions {
  const browsers = new Map<string, SessionAccount[]>()

  function accounts(request: IncomingMessage): SessionAccount[] {
    return browsers.get(cookieOf(request) ?? '') ?? []
  }

  return {
    accounts,
    signIn({ request, response }, home) {
      const known = accounts(request)
      const authTime = Math.floor(now() / 1000)
      const again = known.find((account) => isSameHome(account.home, home))
      if (again !== undefined) {
        again.authTime = authTime
        return
      }
      const added = { home, sessionId: randomUUID(), authTime, clients: new Set<string>() }
      const id = randomUUID()
      browsers.delete(cookieOf(request) ?? '')
      browsers.set(id, [...known, added])
      response.appendHeader('set-cookie', `${cookieName}=${id}; Path=/; HttpOnly; SameSite=Lax`)
      // The rest of this exchange belongs to the new session.
      request.headers.cookie = `${cookieName}=${id}`
    },
    signOut(request, leaving) {
      const id = cookieOf(request) ?? ''
      browsers.set(
        id,
        accounts(request).filter((account) => !leaving.includes(account)),
      )
    },
    end(home) {
      for (const [id, known] of browsers) {
        browsers.set(
          id,
          known.filter((account) => !isSameHome(account.home, home)),
        )
      }
    },
  }
}

export function isSameHome(one: TenantUser['home'], other: TenantUser['home']): boolean {
  return one.tenantId === other.tenantId && one.id === other.id
}

function cookieOf({ headers }: IncomingMessage): string | undefined {
  return new RegExp(`(?:^|; *)${cookieName}=([\\w-]+)`).exec(headers.cookie ?? '')?.[1]
}
