import { describe, expect, it } from '@jest/globals'
import { createHash } from 'node:crypto'
import { createSealer } from '../../src/platform/seal.js'
import { claimsRequestOf } from '../../src/protocol/claims-request.js'
import { planPending } from '../../src/sign-in/pending-transactions.js'
import {
  createTransactionCodec,
  transactionLifetime,
  type Transaction,
  type TransactionSettings,
} from '../../src/sign-in/transaction.js'

const secret = 'a-secret-for-transactions-of-32-characters'
const clientId = '5e7f2d91-6b3a-4e88-a1c4-9d0b8f7e6a52'
const authority = 'https://login.microsoftonline.com/7d1c9a10-5a6e-4a1d-8f6c-0b2f5e9d3a77'
const start = 1_790_000_000_000

function codecWith(changes: Partial<TransactionSettings> = {}) {
  return createTransactionCodec({
    sealer: createSealer([secret]),
    clock: () => start,
    authority,
    clientId,
    cookieName: (name) => `__Host-${name}`,
    ...changes,
  })
}

function openedOf(opened: Transaction | undefined): Transaction {
  if (opened === undefined) throw new Error('The transaction did not open.')
  return opened
}

describe('a transaction', () => {
  it('L05 L07 has state, nonce and verifier of 256 bits, all different, none used twice', async () => {
    const codec = codecWith()
    const seen = new Set<string>()
    for (let count = 0; count < 50; count += 1) {
      const { transaction } = await codec.begin({})
      for (const value of [transaction.state, transaction.nonce, transaction.codeVerifier]) {
        expect(value).toMatch(/^[A-Za-z0-9_-]{43}$/)
        seen.add(value)
      }
    }
    expect(seen.size).toBe(150)
  })

  it('L07 sends the SHA-256 hash of its verifier', async () => {
    const { transaction } = await codecWith().begin({})
    const expected = createHash('sha256').update(transaction.codeVerifier).digest('base64url')
    expect(transaction.codeChallenge).toBe(expected)
  })

  it('fits into a cookie with the longest claims request that is taken from an API', async () => {
    const values = Array.from({ length: 480 }, () => `"v"`).join()
    const start = `{"access_token":{"x":{"values":[${values}]}}`
    const claims = `${start},"id_token":{"y":"${'z'.repeat(2048 - start.length - 21)}"}}`
    expect([claims.length, claimsRequestOf(claims)]).toEqual([2048, claims])
    const content = { claims, acrs: ['c1'], heldAcrs: ['c2', 'c3'], scopes: [`${authority}/a`] }
    const { name, value } = (await codecWith().begin(content)).cookie
    expect(name.length + value.length).toBeLessThan(3800)
  })

  it('opens with everything it was begun with', async () => {
    const codec = codecWith()
    const content = {
      returnTo: '/inbox',
      scopes: ['Mail.Read'],
      claims: '{}',
      need: 'n',
      restarts: 1,
    }
    const { transaction, cookie } = await codec.begin(content)
    expect(await codec.open(cookie, transaction.state)).toEqual(transaction)
    expect(transaction).toMatchObject(content)
  })

  it('is a cookie of less than 300 bytes that shows nothing of what is inside', async () => {
    const { transaction, cookie } = await codecWith().begin({ returnTo: '/tasks/today' })
    expect(cookie.name.length + cookie.value.length).toBeLessThan(300)
    for (const hidden of [
      transaction.nonce,
      transaction.codeVerifier,
      transaction.state,
      'tasks',
    ]) {
      expect(cookie.name + cookie.value).not.toContain(hidden)
    }
  })

  it('L36 L37 opens in another process, also after the secret was rotated', async () => {
    const { transaction, cookie } = await codecWith().begin({})
    const other = codecWith({
      sealer: createSealer(['another-secret-that-came-after-the-first', secret]),
    })
    expect(openedOf(await other.open(cookie, transaction.state)).codeVerifier).toBe(
      transaction.codeVerifier,
    )
  })

  it('L13 is nothing to another authority, another client or another cookie name', async () => {
    const { transaction, cookie } = await codecWith().begin({})
    const strangers = [
      codecWith({
        authority: 'https://login.microsoftonline.com/b24f6c1e-93d7-4f0a-9a55-6e1c7d20f8e4',
      }),
      codecWith({ clientId: '5e7f2d91-0000-4e88-a1c4-9d0b8f7e6a52' }),
    ]
    for (const codec of strangers)
      expect(await codec.open(cookie, transaction.state)).toBeUndefined()
    const renamed = { ...cookie, name: cookie.name.replace(/\.[^.]+\./, '.zzzzzz.') }
    expect(await codecWith().open(renamed, transaction.state)).toBeUndefined()
  })

  it('L02 L50 does not open for another state or when it was edited', async () => {
    const codec = codecWith()
    const { transaction, cookie } = await codec.begin({ returnTo: '/inbox' })
    const { transaction: other } = await codec.begin({})
    expect(await codec.open(cookie, other.state)).toBeUndefined()
    expect(await codec.open(cookie, '')).toBeUndefined()
    const edited = {
      ...cookie,
      value: cookie.value.replace(/.$/, (end) => (end === 'A' ? 'B' : 'A')),
    }
    expect(await codec.open(edited, transaction.state)).toBeUndefined()
  })

  it('L35 S08 is expired after ten minutes by the time inside the seal', async () => {
    const { transaction, cookie } = await codecWith().begin({})
    const expiredAt = async (time: number) => {
      const codec = codecWith({ clock: () => time })
      return codec.isExpired(openedOf(await codec.open(cookie, transaction.state)))
    }
    expect(await expiredAt(start + transactionLifetime)).toBe(false)
    expect(await expiredAt(start + transactionLifetime + 1)).toBe(true)
  })
})

describe('pending transactions', () => {
  async function pendingAfter(count: number, returnTo: string) {
    let now = start
    const codec = codecWith({ clock: () => now })
    let cookies: [string, string][] = [
      ['connect.sid', 's%3Asession'],
      ['theme', 'dark'],
    ]
    const begun: string[] = []
    for (let index = 0; index < count; index += 1) {
      now += 1_000
      const { cookie } = await codec.begin({ returnTo })
      const { drop } = planPending(codec, cookies, cookie)
      cookies = cookies.filter(([name]) => !drop.includes(name))
      cookies.push([cookie.name, cookie.value])
      begun.push(cookie.name)
    }
    return {
      begun,
      pending: cookies.filter(([name]) => codec.issuedAtOf(name) !== undefined),
      cookies,
    }
  }

  it('L33 five parallel tabs all keep theirs', async () => {
    const { pending } = await pendingAfter(5, '/tasks/today?view=list')
    expect(pending).toHaveLength(5)
  })

  it('L34 a thousand abandoned sign-ins leave ten cookies of 3 kB together, the newest', async () => {
    const { begun, pending, cookies } = await pendingAfter(1_000, '/tasks')
    expect(pending.map(([name]) => name)).toEqual(begun.slice(-10))
    expect(
      pending.map(([name, value]) => `${name}=${value}; `).join('').length,
    ).toBeLessThanOrEqual(3_000)
    expect(cookies.slice(0, 2).map(([name]) => name)).toEqual(['connect.sid', 'theme'])
  })

  it('L34 long return addresses leave fewer of them, never more than 3 kB', async () => {
    const { begun, pending } = await pendingAfter(30, `/tasks?q=${'a'.repeat(700)}`)
    expect(pending.length).toBeGreaterThanOrEqual(1)
    expect(pending.map(([name]) => name)).toEqual(begun.slice(-pending.length))
    expect(
      pending.map(([name, value]) => `${name}=${value}; `).join('').length,
    ).toBeLessThanOrEqual(3_000)
  })

  it('S12 other cookies, whatever they are called, are left alone', async () => {
    const codec = codecWith()
    const { cookie } = await codec.begin({})
    const odd: [string, string][] = [
      ['__proto__', 'x'],
      ['toString', 'y'],
      ['', 'z'],
      ['__Host-entrada.', '1'],
    ]
    expect(planPending(codec, [...odd, ...odd], cookie)).toEqual({ drop: [] })
  })
})
