import { createProvider } from './authorize/oidc-provider.js'
import { createBrowserSessions } from './authorize/browser-sessions.js'
import { createAccessPolicies } from './conditional-access/access-policies.js'
import { createConsentStore } from './consent/consent-store.js'
import { contosoDirectory } from './contoso.js'
import { openDirectory } from './directory-file/directory-source.js'
import type { Directory } from './directory.js'
import type { Emulator, EmulatorOptions } from './emulator.js'
import { createFaultGate } from './faults.js'
import { createGraphListener } from './graph-listener.js'
import { listenOnLoopback, type Handler } from './http/loopback-server.js'
import { createRequestRecorder } from './http/request-recorder.js'
import { createKeyRing } from './keys/key-ring.js'
import { createPlatformListener } from './platform-listener.js'
import { cloudOf } from './platform/cloud.js'
import { createLifetimes } from './platform/lifetimes.js'
import type { Platform } from './platform/platform.js'
import { createRegistry } from './platform/registry.js'
import type { Services } from './platform/services.js'
import { createThrottle } from './token-endpoint/throttling.js'
import { answerSignIn } from './test-kit/answer-sign-in.js'
import { mintToken } from './test-kit/mint.js'
import { signInAs } from './test-kit/sign-in-as.js'
import { signJwt } from './tokens/sign-jwt.js'
import { createWorkloadIssuer } from './workload/workload-issuer.js'

/**
 * Starts a local Microsoft identity platform with a Microsoft Graph beside it, for development and
 * tests. It listens on loopback only and keeps everything in memory.
 *
 * @param directory tenants, users and applications: a value, or the path of a JSON file, which is
 *   followed when it changes; `contosoDirectory()` when left out
 * @throws Error when oidc-provider, an optional peer dependency, is not installed, and when a
 *   directory file cannot be used
 * @example
 * const emulator = await startEmulator()
 * const response = await fetch(`${emulator.authority}/v2.0/.well-known/openid-configuration`)
 * await emulator.stop()
 */
export async function startEmulator(
  directory: Directory | string | URL = contosoDirectory(),
  options: EmulatorOptions = {},
): Promise<Emulator> {
  const source = await openDirectory(directory)
  const { live } = source
  const { now = Date.now, publicOrigin } = checked(options, live)
  const recorder = createRequestRecorder()
  const faults = createFaultGate()
  const platformHandler = switchable()
  const graphHandler = switchable()
  const keys = await createKeyRing(now)
  const main = await listenOnLoopback(platformHandler.handle, options.port ?? 0)
  const graph = await listenOnLoopback(graphHandler.handle, options.graphPort ?? 0).catch(
    async (error: unknown) => {
      await main.stop()
      throw error
    },
  )
  const listening = `http://localhost:${main.port}`
  const graphOrigin = `http://localhost:${graph.port}`
  const origin = publicOrigin ?? listening
  const registry = createRegistry(live)
  const platform: Platform = {
    origin,
    cloud: cloudOf({ origin, graphOrigin }),
    directory: live,
    registry,
    keys,
    consents: createConsentStore(live),
    access: createAccessPolicies({ now, registry }),
    lifetimes: createLifetimes(),
    throttle: createThrottle(now),
    workload: createWorkloadIssuer({ listening, now }),
    opaqueTokens: new Map(),
    now,
  }
  const unfollow = source.follow(platform.consents, options.onDirectoryChange)
  async function stop(): Promise<void> {
    unfollow()
    await Promise.all([main.stop(), graph.stop()])
  }
  const services = await createServices(platform).catch(async (error: unknown) => {
    await stop()
    throw error
  })
  platformHandler.use(
    createPlatformListener({
      services,
      recorder,
      faults,
      publicOrigin,
      directoryFile: source.file,
    }),
  )
  graphHandler.use(createGraphListener({ platform, recorder, faults }))
  return {
    origin,
    listening,
    authority: `${origin}/${live.tenants[0]?.id ?? 'common'}`,
    graphOrigin,
    controlUrl: `${listening}/emulator`,
    directory: live,
    directoryFile: source.file,
    keys,
    grants: platform.consents,
    conditionalAccess: platform.access,
    lifetimes: platform.lifetimes,
    throttling: platform.throttle,
    faults,
    workload: platform.workload,
    requests: recorder.records,
    clearRequests: () => {
      recorder.records.length = 0
    },
    sign: (payload, { header, ...choice } = {}) => {
      const key = keys.find(choice)
      const standard = { typ: 'JWT', alg: 'RS256', kid: key.kid }
      return signJwt({ ...standard, ...header }, payload, key)
    },
    mintToken: (request) => mintToken(services, request),
    signInAs: (user, agent, answers) =>
      signInAs({ platform, listening }, agent, { ...answers, user }),
    answerSignIn: (url, answers) => answerSignIn({ platform, listening }, url, answers),
    stop,
  }
}

function checked(options: EmulatorOptions, { tenants }: Directory): EmulatorOptions {
  if (tenants.length === 0) throw new Error('The directory has no tenants; the emulator needs one.')
  const { publicOrigin } = options
  if (publicOrigin !== undefined && !isOrigin(publicOrigin)) {
    throw new Error(
      `publicOrigin is '${publicOrigin}', which is not an origin. Write scheme and host alone, as in 'https://login.microsoftonline.us'.`,
    )
  }
  return options
}

function isOrigin(text: string): boolean {
  return URL.canParse(text) && new URL(text).origin === text
}

async function createServices(platform: Platform): Promise<Services> {
  const parts = {
    platform,
    signIns: new Map(),
    sessions: createBrowserSessions(() => platform.now()),
    authorizeRequests: new Map(),
  }
  platform.access.onRevoke((userId) => {
    const account = platform.registry.user(userId)
    if (account !== undefined) parts.sessions.end(account.home)
  })
  const provider = await createProvider(parts)
  const callback = provider.callback()
  return {
    ...parts,
    provider,
    callback: (request, response) => {
      callback(request, response).catch(() => response.destroy())
    },
  }
}

/** A listener needs its port before it can be told what to answer. */
function switchable(): { handle: Handler; use(handler: Handler): void } {
  let current: Handler = (_request, response) => response.writeHead(503).end()
  return {
    handle: (request, response) => current(request, response),
    use: (handler) => {
      current = handler
    },
  }
}
