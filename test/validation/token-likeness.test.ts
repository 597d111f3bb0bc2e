import { describe, expect, it } from '@jest/globals'
import { guardedInMemory, ids } from '../support/guard.js'
import { encoded } from '../support/key-server.js'
import { memories } from '../support/warm-memory.js'

describe.each(memories)(
  'what resembles a token that was let in is refused, memory %s',
  (memory) => {
    const api = guardedInMemory()
    const good = api.token(api.user())
    const [header = '', payload = '', signature = ''] = good.split('.')
    const [otherHeader = '', otherPayload = ''] = api
      .token(api.user({ scp: 'Tasks.Admin' }), { typ: 'at+jwt' })
      .split('.')
    const swapCase = (text: string) =>
      text.replace(/[A-Za-z]/, (letter) =>
        letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase(),
      )
    const respelt = (text: string) =>
      text.slice(0, -1) + String.fromCharCode(text.charCodeAt(text.length - 1) + 1)

    const alike: [title: string, token: string, reason: string][] = [
      ['G08 its end alone', good.slice(-32), 'not-a-jwt'],
      ['G09 one beyond every limit with its end', 'A'.repeat(70_000) + good, 'too-large'],
      ['G10 one with a part more in front', `${header}.${good}`, 'not-a-jwt'],
      ['G10 one with a part more behind', `${good}.${signature}`, 'not-a-jwt'],
      ['G10 one with an empty part behind', `${good}.`, 'not-a-jwt'],
      ['G10 one without a header', `.${payload}.${signature}`, 'not-a-jwt'],
      ['G10 one without a payload', `${header}..${signature}`, 'not-a-jwt'],
      ['G10 one without its signature', `${header}.${payload}.`, 'not-a-jwt'],
      ['G11 one with padding in the payload', `${header}.${payload}=.${signature}`, 'not-a-jwt'],
      ['G11 one with padding', `${good}==`, 'not-a-jwt'],
      ['G11 one with a space behind', `${good} `, 'not-a-jwt'],
      ['G11 one with a space in front', ` ${good}`, 'not-a-jwt'],
      ['G11 one with a line end', `${good}\n`, 'not-a-jwt'],
      ['G12 one with a second spelling of the signature', respelt(good), 'not-a-jwt'],
      ['G08 one with the scheme in front', `Bearer ${good}`, 'not-a-jwt'],
      ['G08 one that comes twice', good + good, 'not-a-jwt'],
      [
        'G17 another payload with its signature',
        `${header}.${otherPayload}.${signature}`,
        'signature',
      ],
      [
        'G13 another header with its signature',
        `${otherHeader}.${payload}.${signature}`,
        'signature',
      ],
      [
        'G17 a very long payload with its signature',
        `${header}.${encoded(api.user({ name: 'x'.repeat(30_000) }))}.${signature}`,
        'signature',
      ],
      [
        'G20 no algorithm with its signature',
        `${encoded({ alg: 'none' })}.${payload}.${signature}`,
        'algorithm',
      ],
      [
        'G29 another key id with its signature',
        `${encoded({ alg: 'RS256', kid: 'a' })}.${payload}.${signature}`,
        'key-unknown',
      ],
      [
        'G25 one with a letter of the signature in another case',
        `${header}.${payload}.${swapCase(signature)}`,
        'signature',
      ],
      [
        'G25 one without the first bytes of the signature',
        `${header}.${payload}.${signature.slice(4)}`,
        'signature',
      ],
      [
        'G52 one that has long expired, with its end',
        `${header}.${encoded(api.user({ exp: 1 }))}.${signature}`,
        'expired',
      ],
      [
        'G43 one for another API, with its end',
        `${header}.${encoded(api.user({ aud: ids.web }))}.${signature}`,
        'audience',
      ],
    ]

    it.each(alike)('%s', async (_title, hostile, reason) => {
      const asked = memory === 'warm' ? api : api.restarted()
      if (memory === 'warm') expect(await asked.verdict(good)).toBe('200')
      expect(await asked.verdict(hostile)).toBe(`401 ${reason}`)
      expect(asked.validator.recall(hostile) !== undefined).toBe(false)
      expect(asked.validator.recall(good) !== undefined).toBe(memory === 'warm')
    })
  },
)
