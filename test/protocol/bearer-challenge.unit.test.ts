import { describe, expect, it } from '@jest/globals'
import {
  bearerChallenge,
  challengeContextOf,
  challengeHeaders,
} from '../../src/protocol/bearer-challenge.js'

describe('the parameters of a challenge', () => {
  it('stand in one order, whatever order they were given in', () => {
    expect(
      bearerChallenge({
        resourceMetadata: 'https://api.example/meta',
        consentUri: 'https://login.example/adminconsent',
        consentTo: ['User.Read', 'Mail.Read'],
        claims: '{}',
        scope: 'A B',
        description: 'Why',
        error: 'consent_required',
        clientId: 'client',
        authorizationUri: 'https://login.example/authorize',
        realm: '',
      }),
    ).toBe(
      'Bearer realm="", authorization_uri="https://login.example/authorize", client_id="client", ' +
        'error="consent_required", error_description="Why", scope="A B", claims="e30=", ' +
        'scopes="User.Read,Mail.Read", proposedAction="consent", ' +
        'consentUri="https://login.example/adminconsent", resource_metadata="https://api.example/meta"',
    )
  })

  it('propose consent only where consent is missing', () => {
    expect(bearerChallenge({ error: 'invalid_token' })).toBe('Bearer error="invalid_token"')
  })

  it.each([' ', '!', '#', '[', ']', '~', 'a b!#[]~'])('may hold %j', (value) => {
    expect(bearerChallenge({ realm: value })).toBe(`Bearer realm="${value}"`)
  })

  it.each(['\u001f', '\u007f', '"', '\\', 'a"b', 'ok\nok'])('may not hold %j', (value) => {
    expect(() => bearerChallenge({ realm: value })).toThrow(
      `The realm of a challenge is ${JSON.stringify(value)}. Expected printable ASCII`,
    )
  })

  it('can be read by a page of another origin', () => {
    expect(challengeHeaders({})).toEqual({
      'WWW-Authenticate': 'Bearer',
      'Access-Control-Expose-Headers': 'WWW-Authenticate',
    })
  })
})

describe('the configured metadata address', () => {
  it('G69 is kept letter by letter, and cannot be changed', () => {
    const context = challengeContextOf('https://api.example/meta?a=1')
    expect(context).toEqual({ resourceMetadata: 'https://api.example/meta?a=1' })
    expect(Object.isFrozen(context)).toBe(true)
    expect(Object.isFrozen(challengeContextOf(undefined))).toBe(true)
  })

  it('says what it should look like when it is none', () => {
    expect(() => challengeContextOf('/meta')).toThrow(
      /resourceMetadata is "\/meta"\. Expected an absolute https URL, such as https:\/\/api\.contoso\.com\/\.well-known\/oauth-protected-resource/,
    )
  })
})
