import { describe, expect, it } from '@jest/globals'
import { ConfigurationError } from '../../src/protocol/configuration-error.js'
import { allows, tenantPolicyOf, type TenantPolicy } from '../../src/protocol/tenant-policy.js'

const contoso = '7d1c9a10-5a6e-4a1d-8f6c-0b2f5e9d3a77'
const fabrikam = 'b24f6c1e-93d7-4f0a-9a55-6e1c7d20f8e4'

describe('which tenants are let in', () => {
  it('G45 may be listed, in any case, with consumers for personal accounts', () => {
    const policy = tenantPolicyOf([contoso.toUpperCase(), 'consumers'])
    expect(policy).toEqual([contoso, '9188040d-6c67-4c5b-b112-36a304b66dad'])
    expect(Object.isFrozen(policy)).toBe(true)
    expect(allows(policy, contoso)).toBe(true)
    expect(allows(policy, fabrikam)).toBe(false)
  })

  it('may be any', () => {
    expect(tenantPolicyOf('any')).toBe('any')
    expect(allows('any', fabrikam)).toBe(true)
  })

  it('may be the word of a function, of which only true lets in', async () => {
    const asked: string[] = []
    const saying = (answer: unknown): TenantPolicy =>
      tenantPolicyOf((tenantId) => {
        asked.push(tenantId)
        return answer as boolean // what a function written in JavaScript may answer
      })
    expect(await allows(saying(true), contoso)).toBe(true)
    expect(await allows(saying(Promise.resolve(true)), contoso)).toBe(true)
    for (const answer of [false, undefined, null, 1, 'true', {}, Promise.resolve('true')]) {
      expect(await allows(saying(answer), contoso)).toBe(false)
    }
    expect(new Set(asked)).toEqual(new Set([contoso]))
  })

  it('rises what a function throws, and grants nothing', async () => {
    const fault = new Error('no database')
    await expect(allows(() => Promise.reject(fault), contoso)).rejects.toBe(fault)
  })

  it.each([
    [[], /tenants is an empty list\. Expected a list of tenant GUIDs, 'any', or a function/],
    ['Any', /tenants is "Any"\. Expected/],
    [contoso, /tenants is "7d1c.*Expected a list/],
    [null, /tenants is null\. Expected/],
    [{ 0: contoso, length: 1 }, /Expected a list/],
    [
      ['contoso.com'],
      /tenants names "contoso\.com"\. Expected tenant GUIDs: tokens name their tenant by GUID, and a domain can move.*Tenant ID/,
    ],
    [[contoso, 'any'], /tenants names "any"/],
    [[undefined], /tenants names undefined/],
  ])('O12 must be said clearly: %j', (policy: unknown, message) => {
    const settle = () => tenantPolicyOf(policy as TenantPolicy) // from JavaScript
    expect(settle).toThrow(ConfigurationError)
    expect(settle).toThrow(message)
    expect(settle).toThrow(expect.objectContaining({ option: 'tenants' }))
  })

  it('names the option that was wrong', () => {
    expect(() => tenantPolicyOf([], 'pages.tenants')).toThrow(/^pages\.tenants is an empty list/)
    expect(() => tenantPolicyOf(['x'], 'pages.tenants')).toThrow(
      expect.objectContaining({ option: 'pages.tenants' }),
    )
  })
})
