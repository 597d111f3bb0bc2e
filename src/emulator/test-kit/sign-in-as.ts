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
  const { pathname, search } = new URL(answer.url)
  return answer.method === 'GET'
    ? agent.get(pathname + search)
    : agent
        .post(pathname + search)
        .type('form')
        .send(answer.fields)
}
