import type { Emulator } from 'entrada/emulator'
import type { Host } from '../../src/host/host.js'
import { createCredential } from '../../src/platform/credential.js'
import { createTokenEndpoint } from '../../src/platform/token-endpoint.js'
import { authorityOf } from '../../src/protocol/authority.js'

export const contosoId = '7d1c9a10-5a6e-4a1d-8f6c-0b2f5e9d3a77'
export const fabrikamId = 'b24f6c1e-93d7-4f0a-9a55-6e1c7d20f8e4'
export const tasksApiId = '1c8b5a3e-0f4d-4c2b-8e19-7a6d9b3f2c10'
export const daemonId = '8a2e4c6f-1b3d-4f59-b7a0-c5d3e1f90264'
export const daemonSecret = 'daemon-secret-for-the-emulator-only'

export interface Machine extends Host {
  /** What may be read, by path. */
  files: Map<string, string>
  warnings: string[]
}

/** A machine with an environment and files of its own. */
export function machineWith(
  environment: Record<string, string> = {},
  files: Record<string, string> = {},
): Machine {
  const machine: Machine = {
    environment,
    files: new Map(Object.entries(files)),
    warnings: [],
    readFile(path) {
      const text = machine.files.get(path)
      if (text === undefined) throw new Error('ENOENT')
      return text
    },
    warn: (message) => void machine.warnings.push(message),
  }
  return machine
}

export interface DaemonOptions {
  machine?: Machine
  time?: { now: number }
  fetch?: typeof fetch
}

/** The report daemon at the token endpoint, with one credential option. */
export function daemonWith(emulator: Emulator, option: unknown, options: DaemonOptions = {}) {
  const { machine = machineWith(), time, fetch: send = fetch } = options
  const sent: { url: string; form: Record<string, string> }[] = []
  const watched: typeof fetch = (input, init) => {
    const url = input instanceof Request ? input.url : String(input)
    if (init?.method === 'POST') {
      const form = new URLSearchParams(init.body as URLSearchParams) // what openid-client posts
      sent.push({ url, form: Object.fromEntries(form) })
    }
    return send(input, init)
  }
  const settings = {
    authority: authorityOf(contosoId, emulator.origin),
    clientId: daemonId,
    clock: () => time?.now ?? Date.now(),
    fetch: watched,
  }
  const credential = createCredential(option, { ...settings, host: machine })
  const endpoint = createTokenEndpoint({ ...settings, credential })
  return {
    credential,
    machine,
    /** The forms that were posted. */
    sent,
    /** How each of them proved who sent it. */
    proofs: () => sent.map(({ form }) => ('client_secret' in form ? 'secret' : 'assertion')),
    ask: (tenant = contosoId) =>
      endpoint.clientCredentials({
        tenant,
        scope: `api://${tasksApiId}/.default`,
        resource: `api://${tasksApiId}`,
      }),
  }
}

export function registrationOf(emulator: Emulator, appId = daemonId) {
  const app = emulator.directory.applications.find((one) => one.appId === appId)
  if (app === undefined) throw new Error('The directory has no such application.')
  return app
}

export async function failureOf(work: Promise<unknown>): Promise<Error> {
  try {
    await work
  } catch (error) {
    if (error instanceof Error) return error
  }
  throw new Error('Expected an error.')
}
