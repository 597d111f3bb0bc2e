import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { promisify } from 'node:util'
import { expect, it } from '@jest/globals'
import { redisServer } from '../support/redis.js'
import { describeWithService } from '../support/services.js'

const deadline = 90_000

/** The figures of a rig in its short form: real processes, a real Redis, the emulator. */
async function figuresOf(rig: string): Promise<unknown> {
  if (!existsSync('dist/index.js')) throw new Error('The rigs run on dist/: npm run build')
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['scripts/rigs/run.js', rig, '--short'],
    { timeout: deadline },
  )
  return JSON.parse(stdout)
}

describeWithService(redisServer, 'several processes on one Redis', () => {
  it(
    'T02 make one token request for a thousand requests: on behalf of a user, for the app, for a signed-in user',
    async () => {
      const once = { processes: 4, tokenCalls: 1, tokens: 1, statuses: { 200: 1000 } }
      expect(await figuresOf('stampede')).toMatchObject({
        onBehalfOf: once,
        appOnly: once,
        signedInUser: once,
      })
    },
    deadline,
  )

  it(
    'T03 X01 go on when the one that fetches the token for all is killed',
    async () => {
      expect(await figuresOf('holder-killed')).toMatchObject({
        statuses: { 200: 60 },
        tokens: 1,
        tokenCallsAfterTheLost: 1,
      })
    },
    deadline,
  )

  it(
    'T04 X14 wait for one that is stopped for a moment, and refuse its write when it was stopped for too long',
    async () => {
      const answered = { statuses: [200, 200, 200], storeHoldsTheOthers: true }
      expect(await figuresOf('slow-holder')).toMatchObject({
        shortly: { ...answered, tokenCalls: 1, holderAndOtherShareOne: true },
        tooLong: { ...answered, tokenCalls: 2, holderAndOtherShareOne: false },
      })
    },
    deadline,
  )

  it(
    'X03 X05 serve APIs while Redis is gone, answer 503 for sessions, and have lost nobody afterwards',
    async () => {
      const outage = {
        onBehalfOf: { 200: expect.any(Number) as unknown },
        appOnly: { 200: expect.any(Number) as unknown },
        page: { 503: expect.any(Number) as unknown },
        stillSignedIn: true,
        sameUserToken: true,
      }
      const figures = await figuresOf('redis-gone')
      expect(figures).toMatchObject({ killed: outage, frozen: outage, signIns: 1 })
      const statuses = JSON.stringify(figures).match(/"[1-5]\d\d":/g)
      expect(new Set(statuses)).toEqual(new Set(['"200":', '"503":']))
    },
    deadline,
  )

  it(
    'X06 sign users in again without a question when Redis has forgotten everything',
    async () => {
      expect(await figuresOf('redis-flushed')).toEqual({
        pages: { 200: 3 },
        accountsChosen: 1,
        api: { 200: 3 },
        tokenCalls: 2,
        newcomerServed: true,
      })
    },
    deadline,
  )
})
