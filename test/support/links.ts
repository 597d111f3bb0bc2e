import type { Page } from './user-agent.js'

/** Where the link of this text leads, as it stands on the page; undefined when there is none. */
export function linkIn(page: Page, label: string): string | undefined {
  return new RegExp(`<a href="([^"]+)"[^>]*>${label}</a>`).exec(page.html)?.[1]
}
