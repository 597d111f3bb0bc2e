import { resolve } from 'node:path'
import type { Emulator } from '../../emulator/index.js'
import { flagsWith, type Arguments } from '../arguments.js'
import { CommandError, usageError } from '../command-error.js'
import { columns, type Command } from '../command.js'
import { exitCodes, type Terminal } from '../terminal.js'
import { startedEmulator } from './started-emulator.js'

const usualPort = 8400
const mostPort = 65_535

/** Runs the emulator until it is interrupted. */
export const emulatorCommand: Command = {
  name: 'emulator',
  usage: '[options]',
  summary: 'runs a Microsoft identity platform on your own machine',
  details: [
    'Sign-in and consent pages, tokens and Microsoft Graph, without a tenant and',
    'without passwords. It listens on loopback only and keeps everything in memory.',
    'Needs oidc-provider: npm install --save-dev oidc-provider@9',
  ].join('\n'),
  flags: flagsWith({
    port: {
      value: 'number',
      meaning: `Port of the sign-in pages; ${usualPort}. 0 takes a free one.`,
    },
    'graph-port': { value: 'number', meaning: 'Port of Microsoft Graph; the one after --port.' },
    directory: {
      value: 'file',
      meaning: 'Tenants, users and apps, as JSON, followed when it changes.',
    },
    open: { meaning: 'Open its page of switches in the browser.' },
  }),
  run,
}

async function run(typed: Arguments, terminal: Terminal): Promise<number> {
  if (typed.operands.length > 0) throw usageError('entrada emulator takes options only.')
  const port = portOf(typed, 'port') ?? usualPort
  const graphPort = portOf(typed, 'graph-port') ?? (port === 0 ? 0 : port + 1)
  if (graphPort > mostPort) {
    throw usageError(
      `--port is ${port}, the last there is. Give Microsoft Graph one: --graph-port.`,
    )
  }
  const file = typed.textOf('directory')
  const path = file === undefined ? undefined : resolve(terminal.workingDirectory, file)
  const interrupted = terminal.untilInterrupted()
  const emulator = await startedEmulator({ port, graphPort }, path, terminal)
  try {
    terminal.print(typed.has('json') ? asJson(emulator) : welcome(emulator).join('\n'))
    if (typed.has('open')) terminal.openBrowser(emulator.controlUrl)
    await interrupted
  } finally {
    await emulator.stop()
  }
  return exitCodes.good
}

function portOf(typed: Arguments, flag: 'port' | 'graph-port'): number | undefined {
  const text = typed.textOf(flag)
  if (text === undefined) return undefined
  if (/^\d{1,5}$/.test(text) && Number(text) <= mostPort) return Number(text)
  throw usageError(`--${flag} is ${JSON.stringify(text)}. Expected a number from 0 to 65535.`)
}

/** The environment of an app that is to use this emulator. */
function environmentOf({ origin, graphOrigin, directory }: Emulator) {
  const [tenant] = directory.tenants
  if (tenant === undefined) throw new CommandError('The directory has no tenants.')
  const app = directory.applications.find(({ redirectUris }) => redirectUris.length > 0)
  return {
    AZURE_AUTHORITY_HOST: origin,
    AZURE_TENANT_ID: tenant.id,
    ...(app === undefined ? {} : { AZURE_CLIENT_ID: app.appId }),
    ...(app?.secrets?.[0] === undefined ? {} : { AZURE_CLIENT_SECRET: app.secrets[0] }),
    ENTRADA_GRAPH_ENDPOINT: graphOrigin,
  }
}

/** One line, for a script that waits until the emulator is ready. */
function asJson(emulator: Emulator): string {
  const { origin, authority, graphOrigin, listening, controlUrl } = emulator
  const environment = environmentOf(emulator)
  return JSON.stringify({ origin, listening, authority, graphOrigin, controlUrl, environment })
}

function welcome(emulator: Emulator): readonly string[] {
  const { listening, controlUrl, graphOrigin, directory } = emulator
  const users = directory.tenants.flatMap((tenant) =>
    tenant.users.map(({ userPrincipalName, displayName, isAdmin }) => [
      userPrincipalName,
      `${displayName}, ${tenant.displayName}${isAdmin === true ? ', an administrator' : ''}`,
    ]),
  )
  const apps = directory.applications
    .filter(({ secrets = [] }) => secrets.length > 0)
    .map(({ appId, displayName, secrets }) => [appId, `${displayName}, secret ${secrets?.[0]}`])
  return [
    '',
    `  The Microsoft identity platform is emulated: ${listening}`,
    `  Microsoft Graph is emulated: ${graphOrigin}`,
    `  Switches and the log of requests: ${controlUrl}`,
    '',
    '  An app finds it by its environment:',
    ...Object.entries(environmentOf(emulator)).map(([name, value]) => `    ${name}=${value}`),
    '',
    '  Users; there are no passwords:',
    ...columns(users, 4),
    '',
    '  Apps:',
    ...columns(apps, 4),
    '',
    '  Ctrl-C ends it.',
    '',
  ]
}
