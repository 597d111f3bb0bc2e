import { parseEnv } from 'node:util'
import { flagsWith, type Arguments } from '../arguments.js'
import { usageError } from '../command-error.js'
import type { Command } from '../command.js'
import { exitCodes, type Terminal } from '../terminal.js'
import { Skipped, type Check } from './check.js'
import { checksFor } from './checks.js'
import { configurationIn, type Configuration } from './configuration.js'
import { deploymentOf, type Deployment } from './deployment.js'
import { evidenceIn, textOf } from './evidence.js'
import { findingKinds } from './finding-kinds.js'
import { countsOf, reportAsJson, reportLines, type Result } from './report.js'

/** Finds what is wrong in the configuration of an app, its registration and its surroundings. */
export const doctorCommand: Command = {
  name: 'doctor',
  usage: '[options]',
  summary: 'finds what is wrong in configuration, registration and surroundings',
  details: [
    'Reads the environment and entrada.config.mjs, whose default export may hold entra,',
    'signIn, adminConsent, protect, tokens, server and accept (docs/troubleshooting.md).',
    'Asks the authority for its documents and tries the credential; --offline sends nothing.',
    'Ends with 1 when there is an error or a warning.',
  ].join('\n'),
  flags: flagsWith({
    config: { value: 'file', meaning: 'The configuration file; entrada.config.mjs by default.' },
    'env-file': {
      value: 'file',
      meaning: 'Variables that come before the environment, as in .env.',
    },
    production: { meaning: 'Judge as with NODE_ENV=production.' },
    offline: { meaning: 'Send nothing.' },
    scopes: { value: 'names', repeated: true, meaning: 'Scopes of the sign-in.' },
    registration: {
      value: 'file',
      meaning: 'The app registration: az ad app show --id {client id} > app.json',
    },
    grants: {
      value: 'file',
      meaning:
        'Consents: az ad app permission list-grants --id {client id}\n' +
        '--show-resource-name > grants.json',
    },
    events: { value: 'file', meaning: 'What onEvent was told, one event as JSON in each line.' },
    token: { value: 'file|-', meaning: 'An access token for this API; - reads standard input.' },
    app: { meaning: 'Ask the running app, at baseUrl, for its login route.' },
    accept: { value: 'ids', repeated: true, meaning: 'Findings that are known and wanted.' },
  }),
  run,
}

async function run(typed: Arguments, terminal: Terminal): Promise<number> {
  if (typed.operands.length > 0) throw usageError('entrada doctor takes options only.')
  const configuration = await configurationFrom(typed, terminal)
  const accepted = acceptedBy(typed, configuration)
  const deployment = deploymentOf({
    configuration,
    environment: environmentFrom(typed, terminal),
    terminal,
    evidence: await evidenceIn(typed, terminal),
  })
  const results = await examined(deployment, checksFor(deployment, typed.has('offline')), accepted)
  if (typed.has('json')) terminal.print(reportAsJson(deployment, results))
  else reportLines(deployment, results).forEach((line) => terminal.print(line))
  const { error, warning } = countsOf(results)
  return error + warning > 0 ? exitCodes.findings : exitCodes.good
}

async function configurationFrom(typed: Arguments, terminal: Terminal): Promise<Configuration> {
  const configuration = await configurationIn(terminal.workingDirectory, typed.textOf('config'))
  const scopes = typed.wordsOf('scopes')
  return scopes.length === 0
    ? configuration
    : { ...configuration, signIn: { ...configuration.signIn, scopes } }
}

function environmentFrom(typed: Arguments, terminal: Terminal): Terminal['environment'] {
  const file = typed.textOf('env-file')
  return {
    ...terminal.environment,
    ...(file === undefined ? {} : parseEnv(textOf(file, terminal))),
    ...(typed.has('production') ? { NODE_ENV: 'production' } : {}),
  }
}

function acceptedBy(typed: Arguments, { accept }: Configuration): ReadonlySet<string> {
  const ids = [...accept, ...typed.wordsOf('accept')]
  const unknown = ids.find((id) => !Object.hasOwn(findingKinds, id))
  if (unknown === undefined) return new Set(ids)
  throw usageError(`accept names ${JSON.stringify(unknown)}, which is no finding of the doctor.`)
}

/** One check after the other, so that the progress tells which one takes its time. */
async function examined(
  deployment: Deployment,
  checks: readonly Check[],
  accepted: ReadonlySet<string>,
): Promise<readonly Result[]> {
  const results: Result[] = []
  for (const check of checks) {
    if (check.live === true) deployment.terminal.tell(`${check.title} …`)
    const outcome = await check.run(deployment)
    results.push(
      outcome instanceof Skipped
        ? { title: check.title, findings: [], skipped: outcome.reason }
        : {
            title: check.title,
            findings: outcome.filter(({ id }) => !accepted.has(id)),
            skipped: undefined,
          },
    )
  }
  return results
}
