import { beforeEach, describe, expect, it } from '@jest/globals'
import { audienceFault, audiencesOf, type Audiences } from '../../src/validation/audience.js'
import { ids } from '../support/ids.js'

const uri = 'https://tasks.contoso.example'
let own: Audiences
beforeEach(() => {
  own = audiencesOf(ids.api, [uri])
})

describe('the audiences of an API', () => {
  it('are its client IDs in version 2.0 tokens, and all its names in version 1.0 tokens', () => {
    const second = '0b1c2d3e-0000-4000-8000-00000000000a'
    const audiences = audiencesOf(ids.api.toUpperCase(), [uri, second.toUpperCase()])
    expect(audiences.clientId).toBe(ids.api)
    expect([...audiences.accepted['2.0']]).toEqual([ids.api, second])
    expect([...audiences.accepted['1.0']].sort()).toEqual(
      [
        ids.api,
        second,
        uri,
        `api://${ids.api}`,
        `api://${second}`,
        `spn:${ids.api}`,
        `spn:${second}`,
      ].sort(),
    )
    expect(audiences.uris).toEqual([uri, `api://${ids.api}`, `api://${second}`])
    expect(Object.isFrozen(audiences)).toBe(true)
  })

  it('are told to clients by the first App ID URI, or the one that every API has', () => {
    expect(own.uri).toBe(uri)
    expect(audiencesOf(ids.api, []).uri).toBe(`api://${ids.api}`)
    expect(audiencesOf(ids.api, [`api://${ids.api}`]).uris).toEqual([`api://${ids.api}`])
  })

  it('O12 must be named properly', () => {
    expect(() => audiencesOf('tasks', [])).toThrow(
      expect.objectContaining({
        option: 'clientId',
        environmentVariable: 'AZURE_CLIENT_ID',
        message: expect.stringMatching(/clientId is "tasks"\. Expected the Application \(client\)/),
      }),
    )
    for (const name of ['', ' ', ` ${uri}`, `${uri} `, 7, null, ['a']]) {
      expect(() => audiencesOf(ids.api, [name as string])).toThrow(
        expect.objectContaining({
          option: 'audiences',
          message: expect.stringContaining(
            `audiences names ${JSON.stringify(name)}. Expected the App ID URIs`,
          ),
        }),
      )
    }
  })
})

describe('a token for this API', () => {
  it('G43 names it letter by letter, in the form of its version', () => {
    expect(audienceFault(own, ids.api, '2.0')).toBeUndefined()
    expect(audienceFault(own, ids.api, '1.0')).toBeUndefined()
    expect(audienceFault(own, uri, '1.0')).toBeUndefined()
    expect(audienceFault(own, `api://${ids.api}`, '1.0')).toBeUndefined()
    expect(audienceFault(own, ids.api.toUpperCase(), '2.0')).toMatchObject({ reason: 'audience' })
  })
})

describe('what is said of a token for someone else', () => {
  const cureOf = (aud: unknown, version: '1.0' | '2.0') => audienceFault(own, aud, version)?.cure

  it('names what was found and what would have been right', () => {
    expect(audienceFault(own, ids.web, '2.0')).toEqual({
      reason: 'audience',
      found: `aud "${ids.web}" in a version 2.0 token`,
      expected: `aud "${ids.api}"`,
      cure: expect.anything(),
    })
    expect(audienceFault(own, ids.web, '1.0')?.expected).toBe(
      `aud "${ids.api}" or aud "api://${ids.api}" or aud "spn:${ids.api}" or aud "${uri}"`,
    )
  })

  it.each([
    '00000003-0000-0000-c000-000000000000',
    'https://graph.microsoft.com',
    'https://graph.microsoft.com/',
    'https://graph.microsoft.us',
    'https://microsoftgraph.chinacloudapi.cn',
  ])('R29 tells that it is for Microsoft Graph: %s', (aud) => {
    for (const version of ['1.0', '2.0'] as const) {
      expect(cureOf(aud, version)).toMatch(
        /Microsoft Graph, which nobody else can validate\. .*this API for https:\/\/tasks\.contoso\.example\/\{scope\}; a scope without a resource/,
      )
    }
  })

  it.each([[undefined], [7], [[ids.api]], [{}]])(
    'G43 names the scope to ask for when there is no readable audience: %j',
    (aud) => {
      expect(cureOf(aud, '2.0')).toBe(`Ask for a token with the scope ${uri}/{scope}.`)
    },
  )

  it('R29 tells an App ID URI in a version 2.0 token', () => {
    expect(cureOf(uri, '2.0')).toMatch(/version 2\.0 token names the client ID/)
  })

  it('R29 tells a slash that is missing or too many', () => {
    const slashed = audiencesOf(ids.api, ['api://tasks/'])
    for (const cure of [
      cureOf(`${uri}/`, '1.0'),
      cureOf(`${uri}/`, '2.0'),
      audienceFault(slashed, 'api://tasks', '1.0')?.cure,
    ]) {
      expect(cure).toMatch(/trailing slash only.*with a slash at its end.*\/\/\.default/)
    }
    expect(audienceFault(slashed, 'api://tasks///', '1.0')?.cure).not.toMatch(/trailing slash/)
    expect(cureOf('https://tasks.contoso.exampl', '1.0')).not.toMatch(/trailing slash/)
  })

  it('R29 tells how to declare an App ID URI, or to have version 2.0 tokens', () => {
    expect(cureOf('api://tasks', '1.0')).toMatch(
      /If "api:\/\/tasks" is an App ID URI of this API, add it to audiences, or set requestedAccessTokenVersion to 2 in the manifest.*asks for https:\/\/tasks\.contoso\.example\/\{scope\}/,
    )
  })

  it('otherwise tells that another API is meant', () => {
    const another = `This token is for another API. The client asks for ${uri}/{scope}.`
    expect(cureOf(ids.web, '1.0')).toBe(another)
    expect(cureOf(ids.web, '2.0')).toBe(another)
    expect(cureOf('api://tasks', '2.0')).toBe(another)
  })
})
