// As much of a browser as a sign-in at the emulator takes: cookies, redirects, the account picker.
// Not fetch: that cannot say that a request is a navigation.
import { request as send } from 'node:http'

/** A browser with cookies of its own. */
export function createBrowser() {
  const cookies = new Map()
  const counts = { picked: 0, redirects: 0 }

  function jarOf(url) {
    const { host } = new URL(url)
    if (!cookies.has(host)) cookies.set(host, new Map())
    return cookies.get(host)
  }

  const cookieHeader = (url) => [...jarOf(url)].map((pair) => pair.join('=')).join('; ')

  async function step(url, form) {
    const answer = await exchange(url, form, cookieHeader(url))
    for (const line of answer.headers['set-cookie'] ?? []) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)
      if (/max-age=0|expires=Thu, 01 Jan 1970/i.test(line)) jarOf(url).delete(name)
      else jarOf(url).set(name, value)
    }
    return answer
  }

  async function open(url) {
    let at = url
    let answer = await step(at)
    for (let hop = 0; hop < 20; hop += 1) {
      const { location } = answer.headers
      const picker = location === undefined ? pickerIn(answer.html) : undefined
      if (location === undefined && picker === undefined) {
        return { status: answer.status, url: at, html: answer.html }
      }
      at = new URL(location ?? picker.action, at).href
      counts[picker === undefined ? 'redirects' : 'picked'] += 1
      answer = await step(at, picker?.body)
    }
    throw new Error(`Too many redirects, at last ${at}`)
  }

  return { open, counts, cookieHeader }
}

function exchange(url, form, cookie) {
  const body = form?.toString()
  const headers = {
    accept: 'text/html',
    'sec-fetch-mode': 'navigate',
    'sec-fetch-dest': 'document',
    cookie,
    ...(body && { 'content-type': 'application/x-www-form-urlencoded' }),
  }
  return new Promise((resolve, reject) => {
    const request = send(url, { method: body ? 'POST' : 'GET', headers }, (response) => {
      let html = ''
      response.on('data', (chunk) => (html += chunk))
      response.on('end', () => {
        resolve({ status: response.statusCode, headers: response.headers, html })
      })
    })
    request.on('error', reject)
    request.end(body)
  })
}

/** The account picker's form with its first account chosen. */
function pickerIn(html) {
  const user = /<button[^>]*name="user" value="([^"]+)"/.exec(html)
  const form = /<form[^>]*action="([^"]+)"[^>]*>([\s\S]*?)<\/form>/.exec(html)
  if (user === null || form === null) return undefined
  const body = new URLSearchParams({ user: user[1] })
  const hidden = /<input type="hidden" name="([^"]+)" value="([^"]*)"/g
  for (const [, name, value] of form[2].matchAll(hidden)) body.set(name, unescaped(value))
  return { action: unescaped(form[1]), body }
}

function unescaped(text) {
  return text.replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&amp;', '&')
}
