import { formsOf, sendsItself } from './forms.js'
import type { Page, UserAgent } from './user-agent.js'

interface SignIn {
  /** The user name of the account to choose, such as `ada@contoso.example`. */
  user: string
  /** What to answer when the emulator asks for consent; `accept` unless told. */
  consent?: 'accept' | 'decline'
  /** Whether an administrator ticks "on behalf of your organization". */
  organization?: boolean
}

/**
 * Goes to an address of an application and through whatever the emulator asks on the way: account
 * picker, consent, form_post. Returns the first page that is none of these.
 */
export async function signIn(agent: UserAgent, url: string, answers: SignIn): Promise<Page> {
  let page = await agent.get(url)
  for (let asked = 0; asked < 8; asked += 1) {
    const next = await answer(agent, page, answers)
    if (next === undefined) return page
    page = next
  }
  throw new Error(`The emulator keeps asking; it is at ${page.url} now.`)
}

async function answer(agent: UserAgent, page: Page, answers: SignIn): Promise<Page | undefined> {
  const { user, consent = 'accept', organization = false } = answers
  if (sendsItself(page.html)) return agent.submitFormPost(page)
  const names = formsOf(page.html).flatMap(({ buttons }) => buttons.map(({ name }) => name))
  if (names.includes('user')) {
    return agent.submit(page, { button: { name: 'user', text: user } })
  }
  if (!names.includes('decision')) return undefined
  return agent.submit(page, {
    button: { name: 'decision', value: consent },
    ...(organization && { fields: { organization: true } }),
  })
}
