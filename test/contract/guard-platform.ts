import { contosoDirectory, startEmulator, type Emulator } from 'entrada/emulator'
import type { EntraOptions } from 'entrada/express'
import { running, type RunningApp } from './api-app.js'
import type { GuardedApi, GuardedFramework, GuardedShape } from './guard-app.js'

export const ids = {
  contoso: '7d1c9a10-5a6e-4a1d-8f6c-0b2f5e9d3a77',
  tasksApi: '1c8b5a3e-0f4d-4c2b-8e19-7a6d9b3f2c10',
  webApp: '5e7f2d91-6b3a-4e88-a1c4-9d0b8f7e6a52',
  daemon: '8a2e4c6f-1b3d-4f59-b7a0-c5d3e1f90264',
  ada: '3f0b6a52-7c1e-4d0b-9b7a-2a6d5b8e1c11',
  ben: 'd2b8e6f4-7a19-4c35-b0e2-5f9d8c3a1b67',
  graph: '00000003-0000-0000-c000-000000000000',
}

/** A group of its own for each number. */
export const groupOf = (number: number) =>
  `6c0e7a52-91d3-4b8f-a2c4-${String(number).padStart(12, '0')}`

/** Ada is in more groups than a token lists, Ben in none. */
export function startGuardPlatform(): Promise<Emulator> {
  const directory = contosoDirectory()
  for (const user of directory.tenants.flatMap(({ users }) => users)) {
    if (user.id === ids.ada) user.groups = Array.from({ length: 201 }, (_, index) => groupOf(index))
  }
  for (const application of directory.applications) {
    if (application.appId !== ids.tasksApi) continue
    application.optionalClaims = { accessToken: ['groups', 'xms_cc', 'acrs'] }
  }
  return startEmulator(directory)
}

export function guardOptions(emulator: Emulator, changes: EntraOptions = {}): EntraOptions {
  return {
    tenant: ids.contoso,
    clientId: ids.tasksApi,
    credential: { secret: 'tasks-api-secret-for-the-emulator-only' },
    authorityHost: emulator.origin,
    graphEndpoint: emulator.graphOrigin,
    ...changes,
  }
}

type Claims = Record<string, unknown>

export function userToken(emulator: Emulator, scopes: string[], claims: Claims = {}) {
  const { tasksApi: resource, webApp: client, ada: user } = ids
  return emulator.mintToken({ resource, client, user, scopes, claims })
}

export function appToken(emulator: Emulator, roles: string[], claims: Claims = {}) {
  return emulator.mintToken({ resource: ids.tasksApi, client: ids.daemon, roles, claims })
}

export interface GuardedServer extends RunningApp {
  readonly api: GuardedApi
  call(path: string, token?: string, init?: RequestInit): Promise<Response>
}

export async function guarded(
  framework: GuardedFramework,
  options: EntraOptions,
  shape: GuardedShape,
): Promise<GuardedServer> {
  const api = framework.mount(options, shape)
  const app = await running(api.listener)
  return {
    ...app,
    api,
    call(path, token, init = {}) {
      const headers = new Headers(init.headers)
      if (token !== undefined) headers.set('authorization', `Bearer ${token}`)
      return fetch(`${app.url}${path}`, { ...init, headers })
    },
  }
}
