import { endpointOf } from '../../../protocol/authority.js'
import { skipped, type Check } from '../check.js'
import { redirectUrisOf, type Deployment } from '../deployment.js'
import { finding, type Finding } from '../finding.js'

const patience = 10_000

/** The app as a browser meets it: its login route, which has to lead to the authority. */
export const runningAppCheck: Check = {
  title: 'Running app',
  live: true,
  async run(deployment) {
    const { settings, signIn, evidence } = deployment
    if (!evidence.app) return skipped('the app is not asked: --app')
    if (signIn === undefined) return skipped('nobody signs in')
    const looks = settings.baseUrls.map((origin) =>
      lookAt(`${origin}${signIn.routes.login}`, deployment),
    )
    return (await Promise.all(looks)).flat()
  },
}

async function lookAt(url: string, deployment: Deployment): Promise<readonly Finding[]> {
  let answer: Response
  try {
    answer = await deployment.terminal.fetch(url, {
      redirect: 'manual',
      headers: { accept: 'text/html', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' },
      signal: AbortSignal.timeout(patience),
    })
  } catch {
    return [
      finding('app-unreachable', {
        found: `${url} does not answer`,
        expected: 'the running app',
        cure: 'Start the app, or leave --app out.',
      }),
    ]
  }
  await answer.body?.cancel()
  const location = answer.headers.get('location') ?? ''
  if (answer.status < 300 || answer.status > 399 || !URL.canParse(location, url)) {
    return [
      finding('app-login-missing', {
        found: `${url} answers ${answer.status}`,
        expected: 'a redirect to the sign-in page',
        cure: 'Mount identity.signIn() for all paths, after the session and before the routes; or tell signIn.routes here.',
      }),
    ]
  }
  return [
    ...destination(new URL(location, url), url, deployment),
    ...openCookies(answer.headers.getSetCookie(), url),
  ]
}

function destination(to: URL, url: string, deployment: Deployment): readonly Finding[] {
  const { settings } = deployment
  const wanted = endpointOf(settings.authority, 'authorize')
  const found = `${to.origin}${to.pathname}`
  const client = to.searchParams.get('client_id')
  const redirectUri = to.searchParams.get('redirect_uri') ?? ''
  const isElsewhere = found !== wanted || client !== settings.clientId
  const isUnknown = !redirectUrisOf(deployment).includes(redirectUri)
  if (!isElsewhere && !isUnknown) return []
  return [
    finding('app-login-elsewhere', {
      found: isElsewhere
        ? `${url} leads to ${found} with the client ${client}`
        : `${url} sends the redirect URI ${redirectUri}`,
      expected: isElsewhere
        ? `${wanted} with the client ${settings.clientId}`
        : redirectUrisOf(deployment).join(' or '),
      cure: 'Give the app and the doctor the same configuration.',
    }),
  ]
}

function openCookies(cookies: readonly string[], url: string): readonly Finding[] {
  if (!url.startsWith('https:')) return []
  return cookies
    .filter((cookie) => !/;\s*secure(?:;|$)/i.test(cookie))
    .map((cookie) =>
      finding('app-cookie-open', {
        found: `${url} sets ${cookie.split('=')[0]} without Secure`,
        expected: 'cookies that are never sent over http',
        cure: 'Look at the cookie options of the session middleware, and at what the proxy strips.',
      }),
    )
}
