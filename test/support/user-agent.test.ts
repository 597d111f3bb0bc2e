import { afterEach, describe, expect, it } from '@jest/globals'
import type { RequestListener, ServerResponse } from 'node:http'
import { echo, echoOf } from './echo.js'
import { serve, type LoopbackServer } from './loopback-server.js'
import { createUserAgent, signIn } from './user-agent.js'

const servers: LoopbackServer[] = []

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop()))
})

describe('navigation of the user agent', () => {
  it('follows redirects, keeps the chain and the fragment, and turns a POST into a GET', async () => {
    const server = await started((request, response) => {
      if (request.url === '/one') redirect(response, 303, '/two?x=1')
      else if (request.url === '/two?x=1') redirect(response, 302, '/three')
      else echo(request, response)
    })
    const page = await createUserAgent().get(`${server.origin}/one#part`, {
      method: 'POST',
      body: 'a=1',
    })
    expect(page.hops.map(({ method, url, status }) => [method, url, status])).toEqual([
      ['POST', `${server.origin}/one#part`, 303],
      ['GET', `${server.origin}/two?x=1#part`, 302],
      ['GET', `${server.origin}/three#part`, 200],
    ])
  })

  it('repeats a POST with its body on 307', async () => {
    const server = await started((request, response) =>
      request.url === '/one' ? redirect(response, 307, '/two') : echo(request, response),
    )
    const page = await createUserAgent().get(`${server.origin}/one`, {
      method: 'POST',
      body: 'a=1',
    })
    expect(echoOf(page)).toMatchObject({ method: 'POST', body: 'a=1' })
  })

  it('gives up on a circle', async () => {
    const server = await started((_, response) => redirect(response, 302, '/again'))
    await expect(createUserAgent().get(server.origin)).rejects.toThrow(/Redirected 21 times/)
  })

  it('reaches a public host at its loopback address, under its own name and with Secure cookies', async () => {
    const server = await started(setting(['s=1; Secure']))
    const agent = createUserAgent({ map: { 'login.example': server.origin } })
    const page = await agent.get('https://login.example/set')
    expect(page.url).toBe('https://login.example/set')
    const again = await agent.get('https://login.example/echo')
    expect(seenBy(again)).toMatchObject({ host: 'login.example', cookie: 's=1' })
  })

  it('adds the headers with which browsers tell where a request comes from', async () => {
    const app = await started(echo)
    const other = { ...app, origin: app.origin.replace('localhost', '127.0.0.1') }
    const agent = createUserAgent()
    const page = await agent.get(`${app.origin}/page?x=1`)
    expect(seenBy(page)).toMatchObject({ 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate' })
    const own = seenBy(await agent.get(`${app.origin}/`, { method: 'POST', from: page }))
    expect(own).toMatchObject({
      'sec-fetch-site': 'same-origin',
      origin: app.origin,
      referer: `${app.origin}/page?x=1`,
    })
    const foreign = { ...page, url: `${other.origin}/page` }
    expect(seenBy(await agent.get(app.origin, { method: 'POST', from: foreign }))).toMatchObject({
      'sec-fetch-site': 'cross-site',
      origin: other.origin,
      referer: `${other.origin}/`,
    })
    const secretive = { ...page, headers: new Headers({ 'referrer-policy': 'no-referrer' }) }
    const quiet = seenBy(await agent.get(app.origin, { method: 'POST', from: secretive }))
    expect(quiet).toMatchObject({ origin: 'null' })
    expect(quiet).not.toHaveProperty('referer')
    const script = seenBy(await agent.xhr(app.origin, { from: page }))
    expect(script).toMatchObject({ 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' })
  })
})

describe('forms of the user agent', () => {
  const form = `<!-- <form action="/wrong"> --><form method="post" action="/to?a=1&amp;b=2">
    <input type=hidden name="h" value='&quot;&#x41;&#66;'><input name=t value=old />
    <input type="checkbox" name="on" checked><input type="checkbox" name="off" value="1">
    <input name="gone" value="x" disabled><textarea name="area">some</textarea>
    <select name="pick"><option value="1">one<option value="2" selected>two</select>
    <button name="go" value="yes"><span>Yes,</span> <b>please</b></button>
    <button type="button" name="never" value="1">Never</button>
    <input type="submit" name="go" value="no"></form>`

  it('send what a browser sends', async () => {
    const server = await started((request, response) =>
      request.url === '/' ? html(response, form) : echo(request, response),
    )
    const agent = createUserAgent()
    const page = await agent.get(`${server.origin}/`)
    const sent = async (submission: Parameters<typeof agent.submit>[1]) => {
      const answer = await agent.submit(page, submission)
      const { url, body } = echoOf(answer)
      expect(url).toBe('/to?a=1&b=2')
      return Object.fromEntries(new URLSearchParams(body))
    }
    const standing = { h: '"AB', t: 'old', on: 'on', area: 'some', pick: '2' }
    expect(await sent({})).toEqual({ ...standing, go: 'yes' })
    expect(await sent({ button: { text: 'please' } })).toEqual({ ...standing, go: 'yes' })
    const filled = { t: 'new ü', on: false, off: true }
    expect(await sent({ button: { value: 'no' }, fields: filled })).toEqual({
      ...{ h: '"AB', t: 'new ü', off: '1', area: 'some', pick: '2' },
      go: 'no',
    })
    await expect(agent.submit(page, { fields: { typo: '1' } })).rejects.toThrow(/no field 'typo'/)
    await expect(agent.submit(page, { button: { text: 'Never' } })).rejects.toThrow(
      /No button fits/,
    )
  })

  it('of a form_post page go out by themselves in signIn, without a button', async () => {
    const server = await started((request, response) =>
      request.url === '/'
        ? html(
            response,
            `<body onload="document.forms[0].submit()"><form method="post" action="/callback">
             <input type="hidden" name="code" value="1"><button name="x">Continue</button></form>`,
          )
        : echo(request, response),
    )
    const page = await signIn(createUserAgent(), `${server.origin}/`, { user: 'nobody' })
    expect(echoOf(page)).toMatchObject({
      method: 'POST',
      url: '/callback',
      body: 'code=1',
    })
  })

  it('loads frames as frames', async () => {
    const server = await started((request, response) =>
      request.url === '/' ? html(response, '<iframe src="/in?a&amp;b">') : echo(request, response),
    )
    const agent = createUserAgent()
    const page = await agent.get(`${server.origin}/`)
    const [frame] = await agent.loadFrames(page)
    expect(echoOf(frame ?? page)).toMatchObject({
      url: '/in?a&b',
      headers: { 'sec-fetch-dest': 'iframe' },
    })
  })
})

async function started(listener: RequestListener): Promise<LoopbackServer> {
  const server = await serve(listener)
  servers.push(server)
  return server
}

function setting(cookies: string[]): RequestListener {
  return (request, response) => {
    if (request.url === '/set') response.setHeader('set-cookie', cookies)
    echo(request, response)
  }
}

function redirect(response: ServerResponse, status: number, location: string): void {
  response.writeHead(status, { location }).end()
}

function html(response: ServerResponse, text: string): void {
  response.writeHead(200, { 'content-type': 'text/html' }).end(text)
}

function seenBy(page: { html: string }) {
  return echoOf(page).headers
}
