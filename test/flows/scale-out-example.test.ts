import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { startExample, type Example } from '../support/example.js'
import { redisServer, startRedis, type RunningRedis } from '../support/redis.js'
import { describeWithService } from '../support/services.js'
import { createUserAgent, signIn, type UserAgent } from '../support/user-agent.js'

const folder = fileURLToPath(new URL('../../examples/scale-out', import.meta.url))
const ada = { user: 'ada@contoso.example' }

interface Answer {
  process: number
  signedIn?: string | null
  displayName?: string
}

describeWithService(redisServer, 'the example with two processes', () => {
  let redis: RunningRedis
  let example: Example
  let origin: string

  beforeAll(async () => {
    redis = await startRedis()
    example = startExample({ REDIS_URL: redis.url }, folder)
    origin = await example.origin
  }, 30_000)

  afterAll(async () => {
    await example.stop()
    await redis.stop()
  })

  async function answersOf(agent: UserAgent, path: string, count: number): Promise<Answer[]> {
    const answers: Answer[] = []
    for (let number = 0; number < count; number += 1) {
      const page = await agent.get(origin + path)
      expect([page.status, page.hops.length]).toEqual([200, 1])
      answers.push(JSON.parse(page.html) as Answer) // what the example answers
    }
    return answers
  }

  const processesIn = (answers: readonly Answer[]) => new Set(answers.map(({ process }) => process))

  it('X09 signs in through whichever process, and is known to both', async () => {
    const agent = createUserAgent()
    await signIn(agent, `${origin}/profile`, ada)
    const pages = await answersOf(agent, '/', 8)
    expect(processesIn(pages).size).toBe(2)
    expect(new Set(pages.map(({ signedIn }) => signedIn))).toEqual(new Set(['Ada Example']))
    const profiles = await answersOf(agent, '/profile', 8)
    expect(processesIn(profiles).size).toBe(2)
    expect(profiles[0]?.displayName).toBe('Ada Example')
  })

  it('S26 X10 is signed out of both, and an old cookie brings nobody back', async () => {
    const agent = createUserAgent()
    await signIn(agent, `${origin}/profile`, ada)
    const cookie = `connect.sid=${agent.cookies.valueOf(origin, 'connect.sid') ?? ''}`
    const button = await agent.get(`${origin}/auth/logout`)
    await agent.submit(button)
    const thief = createUserAgent()
    for (let request = 0; request < 4; request += 1) {
      const page = await thief.step(`${origin}/`, { headers: { cookie } })
      expect(JSON.parse(page.html)).toMatchObject({ signedIn: null })
    }
  })

  it('X01 goes on when a process is killed, with everybody signed in', async () => {
    const agent = createUserAgent()
    await signIn(agent, `${origin}/profile`, ada)
    const [one] = await answersOf(agent, '/', 1)
    process.kill(one?.process ?? 0, 'SIGKILL')
    await new Promise((resolve) => setTimeout(resolve, 200))
    const profiles = await answersOf(agent, '/profile', 6)
    expect(profiles.at(-1)?.displayName).toBe('Ada Example')
    expect(processesIn(profiles).has(one?.process ?? 0)).toBe(false)
  })

  it('X03 answers 503 while Redis is gone, and knows everybody when it is back', async () => {
    const agent = createUserAgent()
    await signIn(agent, `${origin}/profile`, ada)
    await redis.kill()
    const page = await agent.step(`${origin}/profile`)
    expect([page.status, page.headers.get('retry-after')]).toEqual([503, '5'])
    expect(page.headers.getSetCookie()).toEqual([])
    await redis.restart()
    // Each process finds Redis again by itself, and requests go to them in turn.
    for (let wait = 0, inARow = 0; wait < 100 && inARow < 4; wait += 1) {
      inARow = (await agent.step(`${origin}/profile`)).status === 200 ? inARow + 1 : 0
      if (inARow === 0) await new Promise((resolve) => setTimeout(resolve, 50))
    }
    expect((await answersOf(agent, '/profile', 2))[0]?.displayName).toBe('Ada Example')
  })

  it('X11 ends when told, with nothing left over', async () => {
    expect(await example.stop()).toBe(0)
  })
})
