import type { AgentAnswer, SignInAgent, SignInOptions } from '../emulator.js'
import { answerSignIn, type SignInPlace } from './answer-sign-in.js'

/** A sign-in between an application under test and the pages: the agent keeps the cookies. */
export async function signInAs<Answer extends AgentAnswer>(
  place: SignInPlace,
  agent: SignInAgent<Answer>,
  { user, path = '/auth/login', ...answers }: SignInOptions & { user: string },
): Promise<Answer> {
  const begun = await agent.get(path)
  const { location } = begun.headers
  if (typeof location !== 'string' || !URL.canParse(location)) {
    throw new Error(
      `GET ${path} answered ${begun.status} without a redirect to the emulator. Name a path that begins a sign-in: { path: '/auth/login' }.`,
    )
  }
  const { origin } = new URL(location)
  if (![place.platform.origin, place.listening].includes(origin)) {
    throw new Error(
      `GET ${path} leads to ${origin}, not to the emulator at ${place.platform.origin}. Give the application authorityHost: emulator.origin.`,
    )
  }
  const answer = await answerSignIn(place, location, { user, ...answers })
  const { host, pathname, search } = new URL(answer.url)
  const headers = { host, cookie: cookiesOf(begun) }
  if (answer.method === 'GET') return agent.get(pathname + search).set(headers)
  const posted = await agent
    .post(pathname + search)
    .set(headers)
    .type('form')
    .send(answer.fields)
  const onward = onwardOf(posted)
  if (onward?.pathname !== pathname) return posted
  // The application has its browser come again with the cookies that a foreign form leaves behind.
  return agent
    .get(onward.pathname + onward.search)
    .set({ host, cookie: `${cookiesOf(begun)}; ${cookiesOf(posted)}` })
}

/** Where an answer sends the browser within the application. */
function onwardOf({ headers: { location } }: AgentAnswer): URL | undefined {
  return typeof location === 'string' && location.startsWith('/')
    ? new URL(location, 'http://localhost')
    : undefined
}

/**
 * What the application has just set. An agent keeps `Secure` cookies from plain http, where a browser
 * sends them to localhost all the same.
 */
function cookiesOf({ headers }: AgentAnswer): string {
  const set = [headers['set-cookie'] ?? []].flat()
  return set.map((cookie) => cookie.split(';', 1)[0] ?? '').join('; ')
}
