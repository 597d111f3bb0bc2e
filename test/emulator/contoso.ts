import { createHash, randomBytes } from 'node:crypto'
import { startEmulator, type Directory, type Emulator } from '../../src/emulator/index.js'
import type { EmulatorOptions } from '../../src/emulator/index.js'
import { plainFetch } from '../support/plain-fetch.js'
import { createUserAgent, signIn, type Page, type UserAgent } from '../support/user-agent.js'

export const contoso = '7d1c9a10-5a6e-4a1d-8f6c-0b2f5e9d3a77'
export const fabrikam = 'b24f6c1e-93d7-4f0a-9a55-6e1c7d20f8e4'
export const personal = '9188040d-6c67-4c5b-b112-36a304b66dad'
export const graph = '00000003-0000-0000-c000-000000000000'
export const webApp = '5e7f2d91-6b3a-4e88-a1c4-9d0b8f7e6a52'
export const tasksApi = '1c8b5a3e-0f4d-4c2b-8e19-7a6d9b3f2c10'
export const legacyApi = '6f0e2b4d-8c1a-4d37-9e52-b3a7c5d19f08'
export const daemon = '8a2e4c6f-1b3d-4f59-b7a0-c5d3e1f90264'
export const ada = '3f0b6a52-7c1e-4d0b-9b7a-2a6d5b8e1c11'
export const adaAtFabrikam = 'c7d94e0a-2b58-4f16-8d3c-91a0e6b5f27d'
export const webAppSecret = 'web-app-secret-for-the-emulator-only'
export const tasksApiSecret = 'tasks-api-secret-for-the-emulator-only'
export const daemonSecret = 'daemon-secret-for-the-emulator-only'
export const callback = 'http://localhost:4999/auth/callback'

export const onBehalfOf = 'urn:ietf:params:oauth:grant-type:jwt-bearer'

/** An emulator for the tests of one file; stopped with the others by `stopAll`. */
export async function start(directory?: Directory, options?: EmulatorOptions): Promise<Emulator> {
  const emulator = await startEmulator(directory, options)
  running.push(emulator)
  return emulator
}

const running: Emulator[] = []

export async function stopAll(): Promise<void> {
  await Promise.all(running.splice(0).map((emulator) => emulator.stop()))
}

export interface Answer {
  status: number
  headers: Headers
  body: Record<string, unknown>
}

export async function getJson(url: string): Promise<Answer> {
  const response = await fetch(url)
  return answerOf(response)
}

/** POST to a tenant's token endpoint. */
export async function postToken(
  emulator: Emulator,
  parameters: Record<string, string>,
  { tenant = contoso, headers = {} }: { tenant?: string; headers?: Record<string, string> } = {},
): Promise<Answer> {
  const response = await fetch(`${emulator.listening}/${tenant}/oauth2/v2.0/token`, {
    method: 'POST',
    headers,
    body: new URLSearchParams(parameters),
  })
  return answerOf(response)
}

async function answerOf(response: Response): Promise<Answer> {
  const body = (await response.json()) as Record<string, unknown> // the platform answers in JSON
  return { status: response.status, headers: response.headers, body }
}

export type Claims = Record<string, unknown>

export function claimsOf(token: unknown): Claims {
  return part(token, 1)
}

export function headerOf(token: unknown): Claims {
  return part(token, 0)
}

function part(token: unknown, index: number): Claims {
  const encoded = String(token).split('.')[index] ?? ''
  return JSON.parse(Buffer.from(encoded, 'base64url').toString()) as Claims // checked by the caller
}

export interface Authorization {
  tenant?: string
  scope?: string
  parameters?: Record<string, string | undefined>
}

export function authorizeUrl(emulator: Emulator, authorization: Authorization = {}): string {
  const { tenant = contoso, scope = 'openid profile', parameters = {} } = authorization
  const all: Record<string, string | undefined> = {
    client_id: webApp,
    response_type: 'code',
    redirect_uri: callback,
    scope,
    state: 'the state',
    nonce: 'n-7f3c2b1a',
    ...parameters,
  }
  const given = Object.entries(all).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  )
  return `${emulator.origin}/${tenant}/oauth2/v2.0/authorize?${new URLSearchParams(given).toString()}`
}

/** A browser at which `callback` answers with an empty page, as an application would. */
export function browser(): UserAgent {
  return createUserAgent({
    fetch: (input, init) => {
      const { origin } = new URL(input instanceof Request ? input.url : input)
      return origin === new URL(callback).origin
        ? Promise.resolve(new Response('', { status: 200 }))
        : plainFetch(input, init)
    },
  })
}

export interface SignedIn {
  page: Page
  answer: URLSearchParams
}

/** Signs in through the pages; the answer is what arrives at the redirect URI. */
export async function authorize(
  emulator: Emulator,
  {
    agent = browser(),
    user = 'ada@contoso.example',
    consent,
    organization,
    ...authorization
  }: Authorization & {
    agent?: UserAgent
    user?: string
    consent?: 'accept' | 'decline'
    organization?: boolean
  } = {},
): Promise<SignedIn> {
  const page = await signIn(agent, authorizeUrl(emulator, authorization), {
    user,
    ...(consent !== undefined && { consent }),
    ...(organization !== undefined && { organization }),
  })
  return { page, answer: new URL(page.url).searchParams }
}

/** Redeems a code as the web app. */
export function redeem(
  emulator: Emulator,
  code: string | null,
  { tenant = contoso, ...parameters }: Record<string, string> = {},
): Promise<Answer> {
  return postToken(
    emulator,
    {
      grant_type: 'authorization_code',
      client_id: webApp,
      client_secret: webAppSecret,
      redirect_uri: callback,
      code: code ?? '',
      ...parameters,
    },
    { tenant },
  )
}

/** The texts of the lines on a consent page. */
export function linesOf(html: string): string[] {
  return [...html.matchAll(/<summary>([^<]*)<\/summary>/g)].map(([, text]) => text ?? '').sort()
}

export function pkce(): { verifier: string; challenge: string } {
  const verifier = randomBytes(32).toString('base64url')
  return { verifier, challenge: createHash('sha256').update(verifier).digest('base64url') }
}
