import type { IncomingMessage, ServerResponse } from 'node:http'
import { readForm } from '../http/read-form.js'
import { parametersOf } from '../http/parameters.js'
import { requestUrlOf } from '../http/request-url.js'
import { pageReply, redirectReply, sendReply, type Reply } from '../http/reply.js'
import { accessSwitches } from './access-switches.js'
import { controlPage } from './control-page.js'
import type { Controls } from './controls.js'
import { logPage, logPageHeaders } from './log-page.js'
import { streamLog } from './log-stream.js'
import { failureSwitches, platformSwitches } from './platform-switches.js'
import type { Switch, SwitchGroup } from './switch.js'

/** Whether the request is for the emulator itself rather than for the platform it plays. */
export function isControlPath(pathname: string): boolean {
  return pathname === '/' || pathname === '/emulator' || pathname.startsWith('/emulator/')
}

/** The control page and the log of requests; neither is recorded, and no fault happens to them. */
export async function controlEndpoint(
  controls: Controls,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { pathname, searchParams } = requestUrlOf(request, 'http://localhost')
  if (pathname === '/emulator/log/stream') {
    streamLog(controls.recorder, request, response)
    return
  }
  const reply =
    request.method === 'POST'
      ? await turn(controls, request)
      : pageFor(controls, pathname, searchParams.get('done'))
  sendReply(response, reply)
}

function pageFor(controls: Controls, pathname: string, doneName: string | null): Reply {
  if (pathname === '/') return redirectReply('/emulator')
  if (pathname === '/emulator/log') {
    const reply = pageReply(logPage(controls.recorder.records.filter(isAnswered).slice(-500)))
    return { ...reply, headers: logPageHeaders(reply.headers) }
  }
  const groups = groupsOf(controls)
  const done = switchNamed(groups, doneName ?? undefined)
  return pageReply(controlPage({ controls, groups, done }), {
    status: pathname === '/emulator' ? 200 : 404,
  })
}

async function turn(controls: Controls, request: IncomingMessage): Promise<Reply> {
  if (!isOwnForm(request)) return plainReply(403, 'Only the page itself may turn a switch.')
  const input = parametersOf(await readForm(request).catch(() => new URLSearchParams()))
  if (input.switch === 'clear-log') {
    controls.recorder.records.length = 0
    return redirectReply('/emulator/log', 303)
  }
  const chosen = switchNamed(groupsOf(controls), input.switch)
  if (chosen === undefined) return plainReply(400, `There is no switch '${String(input.switch)}'.`)
  try {
    chosen.apply(controls, input)
  } catch (cause) {
    return plainReply(400, cause instanceof Error ? cause.message : String(cause))
  }
  return redirectReply(`/emulator?done=${chosen.name}`, 303)
}

/** Another site's page could post here as well, but its browser says so. Programs say nothing. */
function isOwnForm({ headers }: IncomingMessage): boolean {
  const { origin, host = '', 'sec-fetch-site': site = 'same-origin' } = headers
  if (site !== 'same-origin') return false
  return origin === undefined || (URL.canParse(origin) && new URL(origin).host === host)
}

function plainReply(status: number, message: string): Reply {
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: `${message}\n` }
}

function groupsOf({ platform }: Controls): SwitchGroup[] {
  return [accessSwitches(platform), failureSwitches(platform), platformSwitches(platform)]
}

function switchNamed(groups: readonly SwitchGroup[], name: string | undefined): Switch | undefined {
  return groups.flatMap(({ switches }) => switches).find((one) => one.name === name)
}

function isAnswered({ duration }: { duration?: number }): boolean {
  return duration !== undefined
}
