import { describe, expect, it } from '@jest/globals'
import { withMemory } from '../../src/platform/remembering-sealer.js'
import { createSealer, type Sealer, type Unsealed } from '../../src/platform/seal.js'

const secret = 'a-secret-for-sessions-of-at-least-32-characters'

/** A sealer that remembers, and how often it had to decrypt. */
function counting(limit = 1_000_000): Sealer & { opened: number } {
  const sealer = createSealer([secret])
  const counted = { opened: 0 }
  const remembering = withMemory(
    {
      seal: (...request) => sealer.seal(...request),
      open(...request) {
        counted.opened += 1
        return sealer.open(...request)
      },
    },
    limit,
  )
  return Object.assign(counted, remembering)
}

describe('a sealer that remembers', () => {
  it('opens a record once, and reads it once', async () => {
    const sealer = counting()
    const sealed = await sealer.seal('account', '{"name":"Ada"}', ['client', 'session'])
    const read = ({ text }: Unsealed): unknown => JSON.parse(text)
    const first = await sealer.open('account', sealed, ['client', 'session'])
    const again = await sealer.open('account', sealed, ['client', 'session'])
    expect(sealer.opened).toBe(1)
    expect(again?.text).toBe('{"name":"Ada"}')
    expect(again?.as(read)).toBe(first?.as(read))
  })

  it('gives each reader what it reads', async () => {
    const sealer = counting()
    const opened = await sealer.open('account', await sealer.seal('account', '7', []), [])
    expect(opened?.as(({ text }) => Number(text))).toBe(7)
    expect(opened?.as(({ text }) => `${text}!`)).toBe('7!')
  })

  it('S04 S17 knows a record only whole, for its purpose and where it belongs', async () => {
    const sealer = counting()
    const sealed = await sealer.seal('account', 'Ada', ['client', 'session-1'])
    expect(await sealer.open('account', sealed, ['client', 'session-1'])).toBeDefined()
    expect(await sealer.open('account', sealed, ['client', 'session-2'])).toBeUndefined()
    expect(await sealer.open('session', sealed, ['client', 'session-1'])).toBeUndefined()
    const changed = `1${sealed.startsWith('1A') ? 'B' : 'A'}${sealed.slice(2)}`
    expect(await sealer.open('account', changed, ['client', 'session-1'])).toBeUndefined()
    expect(await sealer.open('account', sealed, ['client', 'session-1'])).toBeDefined()
  })

  it('keeps nothing that is opened once, and never a failure', async () => {
    const sealer = counting()
    const once = await sealer.seal('transaction', 'state', [])
    for (let time = 0; time < 2; time += 1) await sealer.open('transaction', once, [])
    for (let time = 0; time < 2; time += 1) await sealer.open('account', `${once}AA`, [])
    expect(sealer.opened).toBe(4)
  })

  it('O05 holds no more than its bytes', async () => {
    const sealer = counting(2_000)
    const records = await Promise.all(
      Array.from({ length: 5 }, () => sealer.seal('session', 'x'.repeat(100), [])),
    )
    for (const record of [...records, ...records]) await sealer.open('session', record, [])
    expect(sealer.opened).toBe(10)
    await sealer.open('session', records[4] ?? '', [])
    expect(sealer.opened).toBe(10)
  })
})
