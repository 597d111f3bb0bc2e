import type { Emulator } from 'entrada/emulator'
import { decodeJwt } from 'jose'

type Claims = Record<string, unknown>

/** A fetch that changes what the token endpoint answers, and nothing else. */
export function tamperingFetch(
  change: (body: Record<string, unknown>) => Promise<Response | Record<string, unknown>>,
): typeof fetch {
  return async (input, init) => {
    const response = await fetch(input, init)
    const url = input instanceof Request ? input.url : String(input)
    if (!url.endsWith('/oauth2/v2.0/token') || response.status !== 200) return response
    // The token endpoint answers with an object.
    const changed = await change((await response.json()) as Record<string, unknown>)
    return changed instanceof Response ? changed : Response.json(changed)
  }
}

/** Puts another ID token into the answer, signed by the platform's own key. */
export function withClaims(
  emulator: Emulator,
  overrides: Claims | ((claims: Claims) => Claims),
  options?: Parameters<Emulator['sign']>[1],
): typeof fetch {
  return tamperingFetch(async (body) => {
    const claims: Claims = decodeJwt(String(body['id_token']))
    const changed =
      typeof overrides === 'function' ? overrides(claims) : { ...claims, ...overrides }
    // What is undefined is left out of JSON, so that a claim can be taken away.
    return {
      ...body,
      id_token: await emulator.sign(JSON.parse(JSON.stringify(changed)) as Claims, options),
    }
  })
}

/** The fetch that was given, and the issuer of each ID token that it brought. */
export function withIssuers(send: typeof fetch): { send: typeof fetch; issuers: unknown[] } {
  const issuers: unknown[] = []
  const watched: typeof fetch = async (input, init) => {
    const response = await send(input, init)
    const url = input instanceof Request ? input.url : String(input)
    if (url.endsWith('/oauth2/v2.0/token')) {
      // The token endpoint answers with an object.
      const body = (await response.clone().json()) as Record<string, unknown>
      issuers.push(decodeJwt(String(body['id_token'])).iss)
    }
    return response
  }
  return { send: watched, issuers }
}
