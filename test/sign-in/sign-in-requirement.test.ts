import { describe, expect, it } from '@jest/globals'
import { withContexts } from '../../src/protocol/claims-request.js'
import { heldBy, unmetBy } from '../../src/sign-in/sign-in-requirement.js'

const now = 1_790_000_000_000
const seconds = now / 1000
const time = { now, toleranceSeconds: 300 }

describe('what a sign-in has to prove', () => {
  it('L27 every authentication context asked for, whatever the case of its id', () => {
    const unmet = (acrs: unknown, ...wanted: string[]) => unmetBy({ acrs }, { acrs: wanted }, time)
    expect(unmet(['c1', 'c2'], 'c1')).toBeUndefined()
    expect(unmet(['C1'], 'c1')).toBeUndefined()
    expect(unmet('c1', 'c1')).toBeUndefined()
    expect(unmet(['c1'], 'c1', 'c2')).toBe('acrs')
    for (const none of [undefined, [], '', {}, 7, [7], null, 'c11']) {
      expect(unmet(none, 'c1')).toBe('acrs')
    }
  })

  it('L27 an authentication that is recent enough, within the tolerance of clocks', () => {
    const unmet = (authTime: unknown) => unmetBy({ auth_time: authTime }, { maxAge: 60 }, time)
    expect(unmet(seconds)).toBeUndefined()
    expect(unmet(seconds - 360)).toBeUndefined()
    expect(unmet(seconds - 361)).toBe('max-age')
  })

  it('L27 refuses when the platform does not tell when it was', () => {
    for (const authTime of [undefined, String(seconds), NaN, null, [seconds]]) {
      expect(unmetBy({ auth_time: authTime }, { maxAge: 1e9 }, time)).toBe('auth-time')
    }
  })

  it('nothing, when nothing is asked for', () => {
    expect(unmetBy({}, {}, time)).toBeUndefined()
    expect(withContexts(undefined, [])).toBeUndefined()
  })

  it('is held of contexts that can be asked for again', () => {
    const acrs = ['p1', 'urn:user:registersecurityinfo', 'C1', 'c25', 'c100', 7]
    expect(heldBy({ claims: { acrs } })).toEqual({ heldAcrs: ['c1', 'c25'] })
    expect(heldBy({ claims: { acrs: ['p1'] } })).toEqual({})
  })

  it('is asked for in the ID token, as Microsoft writes it', () => {
    const one = '{"id_token":{"acrs":{"essential":true,"value":"c1"}}}'
    expect(withContexts(undefined, ['c1'])).toBe(one)
    expect(JSON.parse(withContexts(undefined, ['c1', 'c2']) ?? '')).toEqual({
      id_token: { acrs: { essential: true, values: ['c1', 'c2'] } },
    })
  })

  it('T27 is asked for together with what a challenge demands', () => {
    const claims = { access_token: { nbf: { essential: true, value: '1' } } }
    const challenge = JSON.stringify(claims)
    expect(withContexts(challenge, [])).toBe(challenge)
    expect(JSON.parse(withContexts(challenge, ['c1']) ?? '')).toEqual({
      ...claims,
      id_token: { acrs: { essential: true, value: 'c1' } },
    })
    const own = '{"id_token":{"acrs":{"essential":true,"value":"C1"},"sid":null}}'
    expect(JSON.parse(withContexts(own, ['c1', 'c2']) ?? '')).toEqual({
      id_token: { acrs: { essential: true, values: ['C1', 'c2'] }, sid: null },
    })
  })
})
