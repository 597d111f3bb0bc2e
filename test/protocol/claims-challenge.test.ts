import { describe, expect, it } from '@jest/globals'
import { challengeHeaders } from '../../src/protocol/bearer-challenge.js'
import { authorityOf } from '../../src/protocol/authority.js'
import { claimsChallenge, claimsChallengeOf } from '../../src/protocol/claims-challenge.js'
import { claimsRequestOf, mergeClaims } from '../../src/protocol/claims-request.js'

const revoked = '{"access_token":{"nbf":{"essential":true,"value":"1635527790"}}}'
const stepUp = '{"access_token":{"acrs":{"essential":true,"value":"c1"}}}'
const graphAnswer =
  'Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", ' +
  'client_id="00000003-0000-0000-c000-000000000000", error="insufficient_claims", ' +
  'claims="eyJhY2Nlc3NfdG9rZW4iOnsibmJmIjp7ImVzc2VudGlhbCI6dHJ1ZSwgInZhbHVlIjoiMTYzNTUyNzc5MCJ9fX0="'

const claimsIn = (wwwAuthenticate: string | readonly string[], status = 401) =>
  claimsChallengeOf({ status, wwwAuthenticate })?.claims

const documented = (claims: string) => `Bearer error="insufficient_claims", claims="${claims}"`

describe("reading an API's claims challenge", () => {
  it('T27 reads what Microsoft Graph sends after a revocation', () => {
    expect(claimsIn(graphAnswer)).toBe(revoked)
  })

  it('T27 reads the authentication context example of the documents', () => {
    const claims = 'eyJhY2Nlc3NfdG9rZW4iOnsiYWNycyI6eyJlc3NlbnRpYWwiOnRydWUsInZhbHVlIjoiYzEifX19'
    expect(claimsIn(documented(claims))).toBe(stepUp)
  })

  it.each([
    ['base64', btoa('{"access_token":{"x":"???>>>"}}')],
    ['base64 without padding', btoa('{"access_token":{"x":"???>>>"}}').replaceAll('=', '')],
    [
      'base64url',
      btoa('{"access_token":{"x":"???>>>"}}').replaceAll('+', '-').replaceAll('/', '_'),
    ],
  ])('T27 reads %s', (_, encoded) => {
    expect(claimsIn(documented(encoded))).toBe('{"access_token":{"x":"???>>>"}}')
  })

  it('finds it among other challenges and headers', () => {
    expect(claimsIn(['Negotiate', `Basic realm="a", ${graphAnswer}`])).toBe(revoked)
  })

  it.each([
    ['another error', `Bearer error="invalid_token", claims="${btoa(stepUp)}"`],
    ['no claims', 'Bearer error="insufficient_claims"'],
    ['no base64', documented('{}')],
    ['no JSON', documented(btoa('claims'))],
    ['an array', documented(btoa('[{"access_token":{}}]'))],
    ['neither token', documented(btoa('{"userinfo":{"a":null}}'))],
    ['a token that is no object', documented(btoa('{"access_token":"x"}'))],
    ['bytes that are no UTF-8', documented(btoa('{"access_token":{"a":"\xff"}}'))],
    ['too much', documented(btoa(`{"access_token":{"a":"${'x'.repeat(5000)}"}}`))],
    ['another scheme', `DPoP error="insufficient_claims", claims="${btoa(stepUp)}"`],
  ])('takes %s for no challenge', (_, header) => {
    expect(claimsChallengeOf({ status: 401, wwwAuthenticate: header })).toBeUndefined()
  })

  it('takes an answer with another status, or without the header, for no challenge', () => {
    expect(claimsChallengeOf({ status: 200, wwwAuthenticate: graphAnswer })).toBeUndefined()
    expect(claimsChallengeOf({ status: 403, wwwAuthenticate: graphAnswer })).toBeUndefined()
    expect(claimsChallengeOf({ status: 401, wwwAuthenticate: null })).toBeUndefined()
  })
})

describe("reading Microsoft.Identity.Web's challenge", () => {
  const consentUri =
    'https://login.microsoftonline.com/common/oauth2/v2.0/authorize?client_id=1&scope=offline_access%20User.Read'
  const rest = 'scopes="User.Read,Mail.Read", proposedAction="consent"'

  it('T27 takes the claims as they stand, their quotes not escaped', () => {
    const header = `Bearer consentUri="${consentUri}", claims="${stepUp}", ${rest}`
    expect(claimsChallengeOf({ status: 403, wwwAuthenticate: header })).toEqual({
      claims: stepUp,
      scopes: ['User.Read', 'Mail.Read'],
      consentUri,
    })
  })

  it('takes claims whose quotes are escaped, and braces within texts', () => {
    const claims = '{"access_token":{"a":{"value":"}\\" {"}}}'
    const escaped = claims.replaceAll(/["\\]/g, '\\$&')
    expect(claimsIn(`Bearer claims="${escaped}", ${rest}`, 403)).toBe(claims)
    expect(claimsIn(`Bearer claims="${claims}", ${rest}`, 403)).toBe(claims)
  })

  it('reads a demand for consent without claims', () => {
    const header = `Bearer consentUri="${consentUri}", claims="", ${rest}`
    expect(claimsChallengeOf({ status: 403, wwwAuthenticate: header })).toEqual({
      claims: undefined,
      scopes: ['User.Read', 'Mail.Read'],
      consentUri,
    })
  })

  it.each(['javascript:alert(1)', 'http://evil.example/', 'nonsense'])(
    'does not pass on %s as the page to consent on',
    (address) => {
      const header = `Bearer consentUri="${address}", ${rest}`
      expect(
        claimsChallengeOf({ status: 403, wwwAuthenticate: header })?.consentUri,
      ).toBeUndefined()
    },
  )

  it('takes a plain 403 for what it is', () => {
    const header = 'Bearer error="insufficient_scope", scope="Tasks.Read"'
    expect(claimsChallengeOf({ status: 403, wwwAuthenticate: header })).toBeUndefined()
  })

  it('is done in a moment with quotes and braces without end', () => {
    // If each were looked at again for each other, the test would not end in its time.
    for (const part of ['{"', '"\\"', '{', '\\"']) {
      const header = `Bearer claims="{"${part.repeat(10_000)}`
      for (let count = 0; count < 50; count += 1) expect(claimsIn(header, 403)).toBeUndefined()
    }
  })
})

describe('the challenge this API sends', () => {
  const headersOf = (tenant: string) =>
    challengeHeaders(
      claimsChallenge({ authority: authorityOf(tenant), clientId: 'api', claims: stepUp }),
    )

  it('T16 is what our own reader and the documents understand', () => {
    const headers = headersOf('common')
    expect(headers['WWW-Authenticate']).toBe(
      'Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", ' +
        'client_id="api", error="insufficient_claims", ' +
        'error_description="The user must sign in again to meet a further requirement", ' +
        `claims="${btoa(stepUp)}"`,
    )
    expect(headers['Access-Control-Expose-Headers']).toBe('WWW-Authenticate')
    expect(claimsIn(headers['WWW-Authenticate'] ?? '')).toBe(stepUp)
  })

  it('names the tenant where there is one', () => {
    expect(headersOf('contoso.com')['WWW-Authenticate']).toContain(
      'realm="contoso.com", authorization_uri="https://login.microsoftonline.com/contoso.com/oauth2/authorize"',
    )
  })
})

describe('a claims request', () => {
  it('is written anew, with its two members only and in ASCII', () => {
    const text = ' {"userinfo":{}, "id_token":{"name":{"value":"Jörg"}}, "x":1, "access_token":{}} '
    expect(claimsRequestOf(text)).toBe(
      '{"access_token":{},"id_token":{"name":{"value":"J\\u00f6rg"}}}',
    )
  })

  it('does not fall for __proto__', () => {
    expect(claimsRequestOf('{"__proto__":{"access_token":{}}}')).toBeUndefined()
    const merged = mergeClaims('{"access_token":{"__proto__":{"polluted":true}}}', ['cp1'])
    expect(merged).toBe(
      '{"access_token":{"xms_cc":{"values":["cp1"]},"__proto__":{"polluted":true}}}',
    )
    expect('polluted' in {}).toBe(false)
  })

  it('is joined with what this client can do', () => {
    const challenge = '{"access_token":{"acrs":{"essential":true,"value":"c25"}}}'
    expect(mergeClaims(challenge, ['cp1'])).toBe(
      '{"access_token":{"xms_cc":{"values":["cp1"]},"acrs":{"essential":true,"value":"c25"}}}',
    )
  })

  it('states capabilities on every request, and nothing when there is nothing', () => {
    expect(mergeClaims(undefined, ['cp1'])).toBe('{"access_token":{"xms_cc":{"values":["cp1"]}}}')
    expect(mergeClaims(undefined, [])).toBeUndefined()
    expect(mergeClaims(stepUp, [])).toBe(stepUp)
  })

  it('keeps what a challenge says of capabilities and of the ID token', () => {
    const challenge = '{"id_token":{"acrs":null},"access_token":{"xms_cc":{"values":["CP1","x"]}}}'
    expect(mergeClaims(challenge, ['cp1', 'new'])).toBe(
      '{"id_token":{"acrs":null},"access_token":{"xms_cc":{"values":["CP1","x","new"]}}}',
    )
  })
})
