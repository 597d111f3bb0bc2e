import { describe, expect, it } from '@jest/globals'
import { createEventSink, type EntraEventListener } from '../../src/middleware/event-sink.js'
import type { EntraEvent } from '../../src/protocol/events.js'

const loaded: EntraEvent = { type: 'keys-loaded', version: '2.0', keys: 2 }

async function toldTwice(listener: EntraEventListener | undefined): Promise<string[]> {
  const warnings: string[] = []
  const tell = createEventSink(listener, (message) => warnings.push(message))
  tell(loaded)
  tell({ ...loaded })
  await new Promise((resolve) => setImmediate(resolve))
  return warnings
}

describe('what happens', () => {
  it('is told at once, as a frozen event', async () => {
    const seen: EntraEvent[] = []
    expect(await toldTwice((event) => seen.push(event))).toEqual([])
    expect(seen).toEqual([loaded, loaded])
    expect(seen.every((event) => Object.isFrozen(event))).toBe(true)
  })

  it('may be told to nobody', async () => {
    expect(await toldTwice(undefined)).toEqual([])
  })

  it.each([
    [
      'throws',
      () => {
        throw new TypeError('broken, with a secret')
      },
    ],
    ['rejects', () => Promise.reject(new TypeError('broken, with a secret'))],
  ])(
    'stays without consequence when the listener %s, but for one warning',
    async (_how, listener) => {
      const warnings = await toldTwice(listener)
      expect(warnings).toEqual([expect.stringContaining('onEvent option threw or rejected')])
      expect(String(warnings)).not.toContain('secret')
    },
  )
})
