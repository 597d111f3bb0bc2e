import { skipped, type Check } from '../check.js'
import type { Deployment } from '../deployment.js'
import { finding, type Finding } from '../finding.js'

/** Whether the cookies of a sign-in reach the app again; what the session middleware was given. */
export const cookiesCheck: Check = {
  title: 'Cookies and proxy',
  run(deployment) {
    if (deployment.signIn === undefined) return skipped('nobody signs in')
    const { session, proxy } = deployment.configuration.server
    const findings = formPost(deployment)
    if (session === undefined && proxy === undefined && findings.length === 0) {
      return skipped('server is not described in the configuration file')
    }
    return [
      ...findings,
      ...proxyNotTrusted(deployment),
      ...secureCookie(deployment),
      ...sameSiteCookie(deployment),
    ]
  },
}

const isHttps = ({ settings }: Deployment) =>
  settings.baseUrls.length > 0 && settings.baseUrls.every((origin) => origin.startsWith('https:'))

const cookieOf = ({ configuration }: Deployment) => configuration.server.session?.cookie

function formPost({ signIn, settings }: Deployment): readonly Finding[] {
  if (signIn?.responseMode !== 'form_post') return []
  const open = settings.baseUrls.find(
    (origin) => origin.startsWith('http:') && new URL(origin).hostname !== 'localhost',
  )
  if (open === undefined) return []
  return [
    finding('form-post-over-http', {
      found: `responseMode is form_post, and baseUrl is ${open}`,
      expected: 'https or localhost: the transaction cookie has to be SameSite=None and Secure',
      cure: "Leave responseMode out: 'query' with PKCE needs no such cookie.",
    }),
  ]
}

function proxyNotTrusted(deployment: Deployment): readonly Finding[] {
  const { proxy, trustProxy } = deployment.configuration.server
  if (proxy !== true || !isHttps(deployment)) return []
  if (trustProxy !== undefined && trustProxy !== false && trustProxy !== 0) return []
  if (cookieOf(deployment)?.secure === false) return []
  return [
    finding('proxy-not-trusted', {
      found:
        'TLS ends at a proxy, and the framework does not trust it: to the app every request is http',
      expected: 'a session cookie with Secure, which is only set on https',
      cure: "Express: app.set('trust proxy', 1). Koa: app.proxy = true. Then tell it here: server.trustProxy.",
    }),
  ]
}

function secureCookie(deployment: Deployment): readonly Finding[] {
  const cookie = cookieOf(deployment)
  if (cookie === undefined) return []
  if (cookie.secure === true && !isHttps(deployment)) {
    const local = deployment.settings.baseUrls.every(
      (origin) => new URL(origin).hostname === 'localhost',
    )
    if (deployment.settings.baseUrls.length === 0) return []
    return [
      finding('cookie-secure-over-http', {
        found: `the session cookie is secure, and baseUrl is ${deployment.settings.baseUrls.join(', ')}`,
        expected: 'a cookie that this address can set: session middleware sets none on http',
        cure: `cookie: { secure: ${local ? "'auto'" : 'false'} } here, true in production.`,
      }),
    ]
  }
  if (!isHttps(deployment) || cookie.secure === true || cookie.secure === 'auto') return []
  return [
    finding('cookie-not-secure', {
      found: `the session cookie is not secure, and baseUrl is ${deployment.settings.baseUrls.join(', ')}`,
      expected: 'cookie: { secure: true }',
      cure: 'Set it, and trust the proxy that ends TLS, if there is one.',
    }),
  ]
}

function sameSiteCookie(deployment: Deployment): readonly Finding[] {
  const cookie = cookieOf(deployment)
  if (cookie?.sameSite === 'strict' || cookie?.sameSite === true) {
    return [
      finding('cookie-strict', {
        found: 'the session cookie is SameSite=Strict',
        expected: "'lax': browsers leave a strict cookie out on the way back from Entra",
        cure: "cookie: { sameSite: 'lax' }. Forged requests are refused by their origin all the same.",
      }),
    ]
  }
  if (cookie?.sameSite === 'none' && cookie.secure !== true && cookie.secure !== 'auto') {
    return [
      finding('cookie-cross-site', {
        found: 'the session cookie is SameSite=None without Secure',
        expected: "sameSite: 'lax', or secure: true beside it",
        cure: "cookie: { sameSite: 'lax' }, unless the app runs in a frame of another site.",
      }),
    ]
  }
  return []
}
