// Runs one rig and prints its figures: node scripts/rigs/run.js <rig> [--short]. Needs the built
// package (npm run build) and redis-server. Progress goes to stderr, the figures as JSON to stdout.
import { holderKilled } from './holder-killed.js'
import { redisFlushed } from './redis-flushed.js'
import { redisGone } from './redis-gone.js'
import { slowHolder } from './slow-holder.js'
import { stampede } from './stampede.js'

/** What a user of the library has, and a form of a few seconds that shows the same. */
const rigs = {
  stampede: { run: stampede, full: { requests: 1000 }, short: { requests: 1000 } },
  'holder-killed': {
    run: holderKilled,
    full: { lockLifetime: 11_000, requests: 300 },
    short: { lockLifetime: 1_500, requests: 60 },
  },
  'slow-holder': {
    run: slowHolder,
    full: { lockLifetime: 11_000, shortStop: 2_000 },
    short: { lockLifetime: 1_500, shortStop: 700 },
  },
  'redis-gone': { run: redisGone, full: { seconds: 60 }, short: { seconds: 2.5 } },
  'redis-flushed': { run: redisFlushed, full: {}, short: {} },
}

const [name, form] = process.argv.slice(2)
const rig = rigs[name]
if (rig === undefined) {
  console.error(`Which rig? One of: ${Object.keys(rigs).join(', ')}. --short for a short form.`)
  process.exit(1)
}
const begun = performance.now()
const say = (text) => {
  console.error(`  ${((performance.now() - begun) / 1000).toFixed(1)} s  ${text}`)
}
say(`${name}: starting the emulator, redis-server and the processes`)
const figures = await rig.run(form === '--short' ? rig.short : rig.full, say)
say('done')
console.log(JSON.stringify(figures, undefined, 2))
