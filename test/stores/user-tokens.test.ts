import { describe, expect, it } from '@jest/globals'
import { withRenewal, type UserTokens } from '../../src/stores/user-tokens.js'

const tokenOf = (token: string, resource = 'graph') => ({
  ...{ resource, scopes: [], token },
  ...{ expiresAt: 10, staleAt: 5, refreshAt: 3 },
})

function heldWith(refreshToken: string, ...accessTokens: UserTokens['accessTokens']): UserTokens {
  return { tenantId: 'contoso', objectId: 'ada', refreshToken, accessTokens }
}

describe('the tokens of a user after a renewal', () => {
  const asked = heldWith('asked', tokenOf('old'))
  const answer = { refreshToken: 'answered', accessToken: tokenOf('new') }

  it('are those of the answer', () => {
    expect(withRenewal(asked, answer, asked)).toEqual(heldWith('answered', tokenOf('new')))
  })

  it('T05 are also those that another API was renewed with meanwhile', () => {
    const other = tokenOf('other', 'tasks')
    const held = heldWith('other renewal', tokenOf('old'), other)
    const after = heldWith('other renewal', other, tokenOf('new'))
    expect(withRenewal(held, answer, asked)).toEqual(after)
  })

  it('are those of a sign-in that proved more and came meanwhile', () => {
    const held = heldWith('step-up', tokenOf('proven'))
    expect(withRenewal(held, answer, asked)).toEqual(held)
  })

  it('are completed where the sign-in brought no token for the API', () => {
    const after = heldWith('step-up', tokenOf('new'))
    expect(withRenewal(heldWith('step-up'), answer, asked)).toEqual(after)
  })
})
