// What it costs to check a token: one that was never seen, alone and 64 at once, one that comes again
// and again, and 5,000 in turn. Every verifier has a process of its own.
import { allPeers } from '../peers/index.js'
import { inGenerations } from '../rig/generations.js'
import { interleaved, median, ratioOf } from '../rig/measure.js'
import { startPlatform } from '../rig/platform.js'
import { startProcess } from '../rig/processes.js'
import { rounded } from '../rig/rounded.js'
import { atMost } from '../rig/targets.js'
import { toldOf } from '../rig/told-platform.js'

export const title = 'Verification of one token'
const floor = 'node:crypto.verify alone'
const jose = 'jose jwtVerify, the key given'
const ours = 'entrada'
const byHand = 'written by hand, with a memory'
const byHandOverJose = 'written by hand over jose: claims first, with a memory'

export async function measure(context) {
  const { quick, progress } = context
  const size = quick
    ? { generations: 1, rounds: 8, turn: 12, fresh: 2_000, rotating: 1_000 }
    : { generations: 3, rounds: 14, turn: 30, fresh: 8_000, rotating: 5_000 }
  const platform = await startPlatform({ tls: true })
  const started = []
  try {
    progress(`signing ${size.fresh} tokens`)
    const told = tokensFor(platform, size.fresh)
    const memory = await memoryTable(told, context, started)
    const samples = await inGenerations({
      count: size.generations,
      rounds: size.rounds,
      needed: [floor, jose, ours],
      start: () => startVerifiers(told, context, started),
      measure: (verifiers, set) => samplesOf(verifiers, { size, quick, progress, set }),
    })
    const measured = cases(size, quick).map((one, index) => ({ ...one, samples: samples[index] }))
    return { tables: [summaryOf(measured), ...measured.map(tableOf), memory] }
  } finally {
    for (const one of started) await one.stop()
    await platform.stop()
  }
}

/** Of each case, in the life of one set of verifiers. */
async function samplesOf(verifiers, { size, quick, progress, set }) {
  const samples = []
  for (const one of cases(size, quick)) {
    const contenders = verifiers.map((verifier) => contenderFor(verifier, one))
    const watch = (text) => progress(`${set.told}, ${one.name}: ${text}`)
    const settings = { ...size, ...set, warmUp: one.warmUp, progress: watch }
    samples.push(await interleaved(contenders, settings))
  }
  return samples
}

function tokensFor(platform, count) {
  const good = platform.token()
  const [head, body] = platform.token().split('.')
  return {
    platform: toldOf(platform),
    tokens: Array.from({ length: count }, () => platform.token()),
    good,
    forged: `${head}.${body}.${good.split('.')[2]}`,
  }
}

/** Those of peers that verify a good token and refuse a changed one. */
async function startVerifiers(told, { progress, problem }, started) {
  const verifiers = []
  for (const { id, name, verifier } of await allPeers()) {
    if (verifier === undefined) continue
    progress(`starting ${name}`)
    try {
      const words = ['--expose-gc']
      const child = await startProcess('verifier-process.js', { peer: id, ...told }, words)
      verifiers.push({ ...child, name })
      started.push(child)
    } catch (error) {
      problem(`${name}: ${error.message}`)
    }
  }
  return verifiers
}

/** The first takes long to be warm: the engine goes on improving its code for some 8,000 tokens. */
function cases({ rotating }, quick) {
  const warmUp = quick ? 600 : 2_000
  return [
    { name: 'a new token', warmUp, atOnce: 1, limit: 1.1, unit: jose },
    { name: '64 new tokens at once', warmUp: warmUp / 3, atOnce: 64, limit: 1.1, unit: jose },
    { name: 'a repeated token', of: 1, limit: 0.1, unit: floor },
    { name: `${rotating} tokens in turn`, of: rotating, limit: 0.15, unit: floor },
  ]
}

function contenderFor({ name, ask, most }, { atOnce, of }) {
  return {
    name,
    multipleOf: atOnce,
    most: of === undefined ? most : undefined,
    run: async (count) => (await ask({ count, atOnce, of })).milliseconds,
  }
}

function summaryOf(measured) {
  const [{ samples: fresh }] = measured
  const ordered = [...fresh.keys()].sort(
    (one, other) => ratioOf(fresh, one, floor) - ratioOf(fresh, other, floor),
  )
  return {
    name: `Time for one token; ${floor} = 1`,
    columns: ['', ...measured.map(({ name }) => name)],
    rows: ordered.map((name) => [
      name,
      ...measured.map(({ samples }) => ratioOf(samples, name, floor)),
    ]),
  }
}

/** What remembering adds to a token that is not there yet. */
async function memoryTable(told, { quick, progress }, started) {
  const name = 'What remembering adds to a new token'
  progress(name)
  const child = await startProcess('memory-cost-process.js', 'ready', ['--expose-gc'])
  started.push(child)
  const size = quick
    ? { rounds: 15, turn: 40, warmUp: 500 }
    : { rounds: 40, turn: 100, warmUp: 1_500 }
  const { bookkeeping, keeping } = await child.ask({ ...told, size })
  const both = bookkeeping + Math.max(0, keeping)
  return {
    name: `${name}; ${floor} = 1`,
    columns: ['', 'time', 'target'],
    rows: [
      ['to look for it, keep it and drop the oldest', bookkeeping, ''],
      ['to keep 64 MiB of them instead of 1 MiB', keeping, ''],
      ['both', both, atMost(0.15, 'what remembering adds to a new token', both, ' × the floor')],
    ],
  }
}

function tableOf({ name, samples, limit, unit }) {
  const of = unit === jose ? ' × jose' : ' × the floor'
  const control = ratioOf(samples, unit === jose ? byHandOverJose : byHand, unit)
  const rows = [...samples.keys()].map((contender) => [
    contender,
    ratioOf(samples, contender, floor),
    ratioOf(samples, contender, jose),
    `${rounded(median(samples.get(contender)))} µs`,
    contender === ours ? atMost(limit, name, ratioOf(samples, contender, unit), of, control) : '',
  ])
  return {
    name,
    detail: true,
    columns: ['', `${floor} = 1`, 'jose = 1', 'median', 'target'],
    rows: rows.sort((one, other) => one[1] - other[1]),
  }
}
