import { describe, expect, it } from '@jest/globals'
import { createMemoryAccounts } from '../../src/stores/memory-accounts.js'

describe('the entries of accounts, in one process', () => {
  it('O05 are bounded for an account that signs in without end, and the latest count', async () => {
    const accounts = createMemoryAccounts(() => 0)
    for (let count = 0; count < 1_500; count += 1) await accounts.add('ada', `${count}`, 10_000)
    await accounts.add('ada', '500', 10_000)
    await accounts.add('ada', 'last', 10_000)
    const keys = await accounts.keys('ada')
    expect(keys).toHaveLength(1_000)
    expect(keys.slice(0, 2)).toEqual(['502', '503'])
    expect(keys.slice(-2)).toEqual(['500', 'last'])
  })
})
