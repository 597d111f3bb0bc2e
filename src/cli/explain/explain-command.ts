import { flagsWith, type Arguments } from '../arguments.js'
import { usageError } from '../command-error.js'
import type { Command } from '../command.js'
import { exitCodes, type Terminal } from '../terminal.js'
import { guardFlags, questionOf } from './guard-flags.js'
import { explanationAsJson, explanationLines } from './explanation.js'
import { natureOf } from './token-nature.js'
import { readToken, writtenTokenIn } from './token-reading.js'
import { verdictOf } from './verdict.js'

/** Says what a token is, and what the guard of a configuration says to it. */
export const explainCommand: Command = {
  name: 'explain',
  usage: '<token|-> [options]',
  summary: 'says what a token is, and why a guard would refuse it',
  details: [
    'With - the token is read from standard input. Prefer that: a token in a command',
    'stays in the history of the shell. It is neither printed nor sent anywhere.',
    '',
    'The guard is that of --tenant and --client-id, or of the environment',
    '(AZURE_TENANT_ID, AZURE_CLIENT_ID). The signature is judged with --verify only.',
  ].join('\n'),
  flags: flagsWith(guardFlags),
  run,
}

async function run(typed: Arguments, terminal: Terminal): Promise<number> {
  const [written, ...others] = typed.operands
  if (written === undefined || others.length > 0) {
    throw usageError('Which token? npx entrada explain - reads it from standard input.')
  }
  if (written !== '-') {
    terminal.tell(
      'This token is in the history of your shell now. npx entrada explain - reads it from standard input.',
    )
  }
  const token = writtenTokenIn(written === '-' ? await terminal.readInput() : written)
  const question = questionOf(typed, terminal, token)
  const reading = readToken(token.token)
  const explanation = {
    isQuoted: token.isQuoted,
    reading,
    nature: natureOf(reading),
    now: terminal.clock(),
    guard: question && {
      clientId: question.settings.clientId,
      signature: question.signature,
      verdict: await verdictOf(question),
    },
  }
  if (typed.has('json')) terminal.print(explanationAsJson(explanation))
  else explanationLines(explanation).forEach((line) => terminal.print(line))
  return explanation.guard?.verdict.accepted === false ? exitCodes.findings : exitCodes.good
}
