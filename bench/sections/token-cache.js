// What a token costs that is there already, however many users have one: for the signed-in user, for
// the caller of an API and for the app itself, in memory and on Redis.
import { allPeers } from '../peers/index.js'
import { interleaved, ratioOf } from '../rig/measure.js'
import { startProcess } from '../rig/processes.js'
import { atMost } from '../rig/targets.js'

export const title = 'A token that is there already'

export async function measure(context) {
  return { tables: [...(await inMemory(context)), ...(await onRedis(context))] }
}

async function inMemory({ quick, progress, problem, limit }) {
  const sizes = quick ? [1, 1_000, 10_000] : [1, 1_000, 10_000, 100_000]
  const started = []
  try {
    const contenders = await contendersFor(sizes, { quick, progress, problem, limit }, started)
    const settings = { rounds: quick ? 12 : 50, turn: 8, progress }
    const samples = await interleaved(contenders, settings)
    for (const child of started) {
      const { misses } = await child.ask('misses')
      if (misses > 0) problem(`${misses} tokens of ${child.name} were fetched, not found`)
    }
    const names = [...new Set([...samples.keys()].map(sourceIn))].filter((name) => name !== 'floor')
    return [hits(names, sizes, samples), flatness(names, sizes, samples)]
  } finally {
    for (const child of started) await child.stop()
  }
}

/** The floor, and every source with every number of users: a process for each source or peer. */
async function contendersFor(sizes, { quick, progress, problem, limit }, started) {
  const contenders = []
  const begin = async (name, told) => {
    const words = ['--max-old-space-size=8192', '--expose-gc']
    const child = await startProcess('token-cache-process.js', told, words)
    started.push({ ...child, name })
    return child
  }
  const add = ({ ask }, names) =>
    contenders.push(
      ...names.map((name) => ({
        name,
        run: async (count) => (await ask({ name, count })).milliseconds,
      })),
    )
  const fill = async (child, name, size, told) => {
    progress(`${name}: filling with ${size} users`)
    try {
      add(child, (await child.ask({ ...told, size })).names)
    } catch (error) {
      problem(`${name} with ${size} users: ${error.message}`)
    }
  }

  const floor = await begin('floor', 'floor')
  add(floor, ['floor'])
  for (const source of (await floor.ask('sources')).sources) {
    const child = await begin(source, 'sources')
    for (const size of sizes) await fill(child, source, size, { source })
  }
  for (const { id, name, tokens, mostUsers = Infinity, whyNoMore } of await allPeers()) {
    if (tokens === undefined) continue
    const most = quick ? Math.min(1_000, mostUsers) : mostUsers
    if (most < sizes.at(-1)) limit(`${name} stops at ${most} users: ${whyNoMore}`)
    const child = await begin(name, 'sources')
    for (const size of sizes.filter((one) => one <= most))
      await fill(child, name, size, { peer: id })
  }
  return contenders
}

const lookUp = 'a Map, looked up by hand'
const sessionLookUp = "a Map of the sessions' tokens, looked up by hand"
const sourceIn = (name) => name.split('/')[0]

function hits(names, sizes, samples) {
  const ratiosOf = (name) => sizes.map((size) => ratioIfAny(samples, `${name}/${size}`, 'floor'))
  const targetOf = targetAt(0.1, ' × the floor', ratiosOf)
  return {
    name: 'From memory; node:crypto.verify alone = 1',
    columns: ['', ...sizes.map(usersShown), 'target'],
    rows: names.map((name) => {
      const ratios = ratiosOf(name)
      return [name, ...ratios.map(orDash), targetOf(name, ratios)]
    }),
  }
}

function flatness(names, [least, ...others], samples) {
  const ratiosOf = (name) =>
    others.map((size) => ratioIfAny(samples, `${name}/${size}`, `${name}/${least}`))
  const targetOf = targetAt(1.5, ' × one user', ratiosOf)
  return {
    name: 'The same, one user = 1',
    columns: ['', ...others.map(usersShown), 'target'],
    rows: names.map((name) => {
      const ratios = ratiosOf(name)
      return [name, ...ratios.map(orDash), targetOf(`${name}, flat`, ratios)]
    }),
  }
}

/** The dearest of the sizes counts. */
function targetAt(limit, unit, ratiosOf) {
  return (name, ratios) => {
    if (!name.startsWith('entrada')) return ''
    const control = name.includes('forUser') ? sessionLookUp : lookUp
    return atMost(limit, name, Math.max(...ratios), unit, Math.max(...ratiosOf(control)))
  }
}

const usersShown = (size) => `${size.toLocaleString('en')} user${size === 1 ? '' : 's'}`
const orDash = (ratio) => ratio ?? '–'

function ratioIfAny(samples, name, unit) {
  return samples.has(name) && samples.has(unit) ? ratioOf(samples, name, unit) : undefined
}

async function onRedis({ quick, progress, problem, limit }) {
  progress('starting Redis')
  let child
  try {
    child = await startProcess('redis-tokens-process.js', 'ready')
  } catch (error) {
    problem(`Redis: ${error.message}`)
    return []
  }
  try {
    const sizes = quick ? [1, 1_000] : [1, 1_000, 10_000]
    limit(`on Redis up to ${sizes.at(-1)} users: filling it takes round trips for each`)
    const measured = []
    for (const size of sizes) {
      progress(`on Redis, ${size} users`)
      measured.push((await child.ask({ size, rounds: quick ? 10 : 40, turn: 10 })).rows)
    }
    const { trips } = await child.ask('trips')
    return [redisCosts(sizes, measured), roundTrips(trips)]
  } finally {
    await child.stop()
  }
}

function redisCosts(sizes, measured) {
  return {
    name: 'From Redis, nothing being kept in the process; one bare GET of as many bytes = 1',
    columns: ['', ...sizes.map(usersShown)],
    rows: measured[0].map(([name], row) => [name, ...measured.map((rows) => rows[row][1])]),
  }
}

function roundTrips(trips) {
  return {
    name: 'With a store on Redis, round trips for one token',
    columns: ['', 'another process has it', 'this process has it', 'target'],
    rows: trips.map(([name, first, then]) => [
      name,
      first,
      then,
      atMost(1, `${name}: Redis`, Math.max(first, then), ' round trip'),
    ]),
  }
}
