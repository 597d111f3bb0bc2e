import { plainFetch } from '../support/plain-fetch.js'
import {
  createUserAgent,
  signIn,
  type UserAgent,
  type UserAgentOptions,
} from '../support/user-agent.js'
import type { WebApp } from './web-app.js'

export const ada = { user: 'ada@contoso.example' }

/** A browser that can be stopped right before it visits the callback. */
export interface HaltingAgent extends UserAgent {
  /**
   * Signs in up to the point where the browser is sent back, and returns that address without
   * visiting it.
   */
  arrive(app: Pick<WebApp, 'origin'>, path?: string, user?: string): Promise<string>
}

export function createHaltingAgent(options: UserAgentOptions = {}): HaltingAgent {
  let isHalting = false
  const agent = createUserAgent({
    ...options,
    fetch: (input, init) => {
      const url = input instanceof Request ? input.url : String(input)
      const isCallback = new URL(url).pathname === '/auth/callback'
      return isHalting && isCallback
        ? Promise.resolve(new Response('halted'))
        : plainFetch(input, init)
    },
  })
  return {
    ...agent,
    async arrive(app, path = '/private', user = ada.user) {
      isHalting = true
      const page = await signIn(agent, app.origin + path, { user })
      isHalting = false
      if (page.html !== 'halted') throw new Error(`Not sent back: ${page.url} ${page.html}`)
      return page.url
    },
  }
}

/** The same address with other parameters; `undefined` takes one out. */
export function withParameters(
  address: string,
  changes: Readonly<Record<string, string | readonly string[] | undefined>>,
): string {
  const url = new URL(address)
  for (const [name, value] of Object.entries(changes)) {
    url.searchParams.delete(name)
    for (const one of value === undefined ? [] : [value].flat()) url.searchParams.append(name, one)
  }
  return url.href
}
