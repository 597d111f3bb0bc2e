import { describe, expect, it } from '@jest/globals'
import { createSealer } from '../../src/platform/seal.js'

const current = 'the-current-secret-of-at-least-32-characters'
const previous = 'the-previous-secret-of-at-least-32-characters'
const sealer = createSealer([current])

describe('a sealed value', () => {
  it('opens for the same purpose and additional data', async () => {
    const sealed = await sealer.seal('account', 'Ada – 日本', ['client', 'session-1'])
    expect(await sealer.open('account', sealed, ['client', 'session-1'])).toMatchObject({
      text: 'Ada – 日本',
      current: true,
    })
  })

  it('is safe in a cookie and never the same twice', async () => {
    const seals = await Promise.all([1, 2].map(() => sealer.seal('account', 'Ada', [])))
    expect(seals[0]).not.toBe(seals[1])
    for (const sealed of seals) expect(sealed).toMatch(/^[A-Za-z0-9_-]+$/)
  })

  it('S04 does not open when any one character was changed', async () => {
    const sealed = await sealer.seal('account', 'Ada', ['session-1'])
    for (let index = 0; index < sealed.length; index += 1) {
      const changed =
        sealed.slice(0, index) + (sealed[index] === 'A' ? 'B' : 'A') + sealed.slice(index + 1)
      expect(await sealer.open('account', changed, ['session-1'])).toBeUndefined()
    }
  })

  it('S04 does not open when it was cut, lengthened, padded or swapped between users', async () => {
    const sealed = await sealer.seal('account', 'Ada', ['session-1'])
    const broken = [
      '',
      '1',
      'null',
      '!',
      `${sealed}=`,
      `${sealed}A`,
      ` ${sealed}`,
      `2${sealed.slice(1)}`,
    ]
    for (let length = 0; length < sealed.length; length += 1) broken.push(sealed.slice(0, length))
    for (const text of broken) {
      expect(await sealer.open('account', text, ['session-1'])).toBeUndefined()
    }
    expect(await sealer.open('account', sealed, ['session-2'])).toBeUndefined()
  })

  it('S05 does not open for another purpose', async () => {
    const sealed = await sealer.seal('transaction', '{}', ['client'])
    expect(await sealer.open('account', sealed, ['client'])).toBeUndefined()
  })

  it('T11 does not open when additional data is cut elsewhere', async () => {
    const sealed = await sealer.seal('account', '{}', ['ab', 'c'])
    expect(await sealer.open('account', sealed, ['a', 'bc'])).toBeUndefined()
    expect(await sealer.open('account', sealed, ['ab1:c'])).toBeUndefined()
  })

  it('S06 L37 opens with an older secret of the ring, and says that it is older', async () => {
    const sealed = await createSealer([previous]).seal('account', 'Ada', [])
    expect(await createSealer([current, previous]).open('account', sealed, [])).toMatchObject({
      text: 'Ada',
      current: false,
    })
  })

  it('S06 does not open when its secret was taken out of the ring', async () => {
    const sealed = await createSealer([previous]).seal('account', 'Ada', [])
    expect(await sealer.open('account', sealed, [])).toBeUndefined()
  })

  it('cannot be made without a secret', () => {
    expect(() => createSealer([])).toThrow('at least one secret')
  })
})
