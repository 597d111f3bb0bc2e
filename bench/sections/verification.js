// What it costs to check a token: one that was never seen, alone and 64 at once, one that comes again
// and again, and 5,000 in turn. Every verifier has a process of its own.
import { createTokenMemo } from '../../dist/validation/token-memo.js'
import { allPeers } from '../peers/index.js'
import { differenceOf, interleaved, median, ratioOf } from '../rig/measure.js'
import { startPlatform } from '../rig/platform.js'
import { startProcess } from '../rig/processes.js'
import { rounded } from '../rig/rounded.js'
import { atMost } from '../rig/targets.js'
import { toldOf } from '../rig/told-platform.js'

export const title = 'Verification of one token'
const floor = 'node:crypto.verify alone'
const jose = 'jose jwtVerify, the key given'
const leastMemory = 'entrada with 1 MiB of memory'
const bookkeeping = "entrada's bookkeeping for a new token"

export async function measure({ quick, progress, problem }) {
  const size = quick
    ? { rounds: 12, turn: 12, fresh: 2_000, rotating: 1_000 }
    : { rounds: 40, turn: 30, fresh: 8_000, rotating: 5_000 }
  const platform = await startPlatform({ tls: true })
  const started = []
  try {
    progress(`signing ${size.fresh} tokens`)
    const tokens = Array.from({ length: size.fresh }, () => platform.token())
    const verifiers = await startVerifiers({ platform, tokens, progress, problem }, started)
    const measured = []
    for (const one of cases(size)) {
      const contenders = verifiers.map((verifier) => contenderFor(verifier, one, size))
      if (one.memory) contenders.push(bookkeepingOf(tokens))
      const watched = { ...size, progress: (text) => progress(`${one.name}: ${text}`) }
      measured.push({ ...one, samples: await interleaved(contenders, watched) })
    }
    return {
      tables: [summaryOf(measured), memoryTable(measured[0].samples), ...measured.map(tableOf)],
    }
  } finally {
    for (const one of started) await one.stop()
    await platform.stop()
  }
}

/** Those of peers that verify a good token and refuse a changed one. */
async function startVerifiers({ platform, tokens, progress, problem }, started) {
  const good = platform.token()
  const [head, body] = platform.token().split('.')
  const forged = `${head}.${body}.${good.split('.')[2]}`
  const told = { platform: toldOf(platform), tokens, good, forged }
  for (const { id, name, verifier } of await allPeers()) {
    if (verifier === undefined) continue
    progress(`starting ${name}`)
    try {
      const words = ['--expose-gc']
      const child = await startProcess('verifier-process.js', { peer: id, ...told }, words)
      started.push({ ...child, name })
    } catch (error) {
      problem(`${name}: ${error.message}`)
    }
  }
  return started
}

function cases({ rotating }) {
  return [
    { name: 'a new token', atOnce: 1, memory: true, limit: 1.1, unit: jose },
    { name: '64 new tokens at once', atOnce: 64, limit: 1.1, unit: jose },
    { name: 'a repeated token', of: 1, limit: 0.1, unit: floor },
    { name: `${rotating} tokens in turn`, of: rotating, limit: 0.15, unit: floor },
  ]
}

function contenderFor({ name, ask }, { atOnce, of }, { fresh }) {
  return {
    name,
    multipleOf: atOnce,
    most: of === undefined ? Math.floor((fresh * 0.8) / atOnce) * atOnce : undefined,
    run: async (count) => (await ask({ count, atOnce, of })).milliseconds,
  }
}

/** Looking for a token that is not there, keeping it, and dropping the oldest. */
function bookkeepingOf(tokens) {
  const memory = createTokenMemo(1024 * 1024)
  const remembered = {}
  let next = 0
  return {
    name: bookkeeping,
    run(count) {
      for (let done = 0; done < count; done += 1) {
        const token = tokens[next]
        if (memory.recall(token) === undefined) memory.remember(token, remembered)
        next = next + 1 === tokens.length ? 0 : next + 1
      }
    },
  }
}

function summaryOf(measured) {
  const names = [...measured[1].samples.keys()].filter((name) => name !== leastMemory)
  const [, , repeated] = measured
  const ordered = names.sort(
    (one, other) => ratioOf(repeated.samples, one, floor) - ratioOf(repeated.samples, other, floor),
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
function memoryTable(samples) {
  const own = ratioOf(samples, bookkeeping, floor)
  const kept = differenceOf(samples, 'entrada', leastMemory, floor)
  const what = 'what remembering adds to a new token'
  return {
    name: `What remembering adds to a new token; ${floor} = 1`,
    columns: ['', 'time', 'target'],
    rows: [
      ['to look for it, keep it and drop the oldest', own, ''],
      ['to keep 64 MiB of them, 1 MiB being kept anyway', kept, ''],
      [
        'both',
        own + Math.max(0, kept),
        atMost(0.15, what, own + Math.max(0, kept), ' × the floor'),
      ],
    ],
  }
}

function tableOf({ name, samples, limit, unit }) {
  const of = unit === jose ? ' × jose' : ' × the floor'
  const rows = [...samples.keys()]
    .filter((contender) => contender !== bookkeeping)
    .map((contender) => [
      contender,
      ratioOf(samples, contender, floor),
      ratioOf(samples, contender, jose),
      `${rounded(median(samples.get(contender)))} µs`,
      contender === 'entrada' ? atMost(limit, name, ratioOf(samples, contender, unit), of) : '',
    ])
  return {
    name,
    detail: true,
    columns: ['', `${floor} = 1`, 'jose = 1', 'median', 'target'],
    rows: rows.sort((one, other) => one[1] - other[1]),
  }
}
