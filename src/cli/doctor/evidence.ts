import { resolve } from 'node:path'
import type { Arguments } from '../arguments.js'
import { CommandError } from '../command-error.js'
import { decodedText } from '../decoded-text.js'
import { writtenTokenIn, type WrittenToken } from '../explain/token-reading.js'
import type { Terminal } from '../terminal.js'
import type { ConsentGrant, Evidence, RecordedEvent } from './deployment.js'
import { listIn, membersOf, parsed, registrationIn, textIn } from './registration.js'

/** Reads what the command line hands to the doctor. @throws CommandError when it cannot be read. */
export async function evidenceIn(typed: Arguments, terminal: Terminal): Promise<Evidence> {
  const registration = fileOf('registration', typed, terminal)
  const grants = fileOf('grants', typed, terminal)
  const events = fileOf('events', typed, terminal)
  return {
    registration: registration && registrationIn(registration.text, registration.name),
    token: await tokenFrom(typed, terminal),
    grants: grants && grantsIn(grants),
    events: events && eventsIn(events),
    app: typed.has('app'),
  }
}

interface NamedFile {
  readonly name: string
  readonly text: string
}

function fileOf(flag: string, typed: Arguments, terminal: Terminal): NamedFile | undefined {
  const name = typed.textOf(flag)
  return name === undefined ? undefined : { name, text: textOf(name, terminal) }
}

export function textOf(name: string, terminal: Terminal): string {
  try {
    return decodedText(terminal.readBytes(resolve(terminal.workingDirectory, name)))
  } catch {
    throw new CommandError(`${name} cannot be read.`)
  }
}

async function tokenFrom(typed: Arguments, terminal: Terminal): Promise<WrittenToken | undefined> {
  const name = typed.textOf('token')
  if (name === undefined) return undefined
  return writtenTokenIn(name === '-' ? await terminal.readInput() : textOf(name, terminal))
}

/** `az ad app permission list-grants`, or the answer of Graph's `/oauth2PermissionGrants`. */
function grantsIn({ name, text }: NamedFile): readonly ConsentGrant[] {
  const content = parsed(text, name)
  const list: unknown = Array.isArray(content) ? content : membersOf(content)['value']
  if (!Array.isArray(list)) {
    throw new CommandError(
      `${name} holds no list of grants. Expected: az ad app permission list-grants --id {client id}`,
    )
  }
  return listIn(list).map(({ consentType, scope, resourceId, resourceDisplayName }) => ({
    everyone: consentType === 'AllPrincipals',
    scopes: (textIn(scope) ?? '').split(' ').filter(Boolean),
    resourceId: textIn(resourceId),
    resourceName: textIn(resourceDisplayName),
  }))
}

/** What `onEvent` was told, one event as JSON in each line. */
function eventsIn({ name, text }: NamedFile): readonly RecordedEvent[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  return lines.map((line) => membersOf(parsed(line, name)))
}
