import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Endpoint, Fault, Faults } from './emulator-switches.js'

export interface FaultGate extends Faults {
  /** The faults that are still to happen. */
  list(): readonly Fault[]
  /**
   * Lets a fault happen to the request. Resolves to true when the request shall go on, perhaps
   * after a delay.
   */
  pass(endpoint: Endpoint, request: IncomingMessage, response: ServerResponse): Promise<boolean>
}

export function createFaultGate(): FaultGate {
  let faults: (Fault & { left: number })[] = []

  function take(endpoint: Endpoint): Fault | undefined {
    const fault = faults.find((one) => one.endpoint === endpoint || one.endpoint === 'any')
    if (fault === undefined) return undefined
    fault.left -= 1
    faults = faults.filter(({ left }) => left > 0)
    return fault
  }

  return {
    set: (fault) => {
      faults.push({ ...fault, left: fault.times ?? Infinity })
    },
    clear: () => {
      faults = []
    },
    list: () =>
      faults.map(({ left, ...fault }) => ({ ...fault, ...(left < Infinity && { times: left }) })),
    pass: async (endpoint, request, response) => {
      const fault = take(endpoint)
      return fault === undefined || happen(fault, request, response)
    },
  }
}

async function happen(
  fault: Fault,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  switch (fault.kind) {
    case 'slow':
      await delay(fault.ms ?? 1_000, response)
      return !response.destroyed
    case 'status':
      refuse(response, fault)
      return false
    case 'garbage':
      response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' })
      response.end(typeof fault.body === 'string' ? fault.body : '<!doctype html><p>not JSON {')
      return false
    case 'reset':
      request.socket.resetAndDestroy()
      return false
    case 'hang':
      return false
  }
}

function refuse(response: ServerResponse, { status = 503, retryAfter, body = {} }: Fault): void {
  response.writeHead(status, {
    'content-type': typeof body === 'string' ? 'text/plain' : 'application/json; charset=utf-8',
    ...(retryAfter !== undefined && { 'retry-after': String(retryAfter) }),
  })
  response.end(typeof body === 'string' ? body : JSON.stringify(body))
}

/** Ends early when the caller has gone. */
function delay(ms: number, response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    response.once('close', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}
