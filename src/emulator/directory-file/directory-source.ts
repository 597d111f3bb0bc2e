import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ConsentStore } from '../consent/consent-store.js'
import type { Directory } from '../directory.js'
import type { DirectoryFile } from '../emulator.js'
import { readDirectory } from './read-directory.js'
import { watchDirectory } from './watched-directory.js'

/** Where the emulator's directory comes from, and what keeps it up to date. */
export interface DirectorySource {
  live: Directory
  file: DirectoryFile | undefined
  follow(consents: ConsentStore, onChange: OnDirectoryChange | undefined): () => void
}

export type OnDirectoryChange = (file: DirectoryFile) => void

/** A directory given as a value is copied; one given as a path is read and then followed. */
export async function openDirectory(given: Directory | string | URL): Promise<DirectorySource> {
  if (typeof given !== 'string' && !(given instanceof URL)) {
    return { live: structuredClone(given), file: undefined, follow: () => () => undefined }
  }
  const path = resolve(typeof given === 'string' ? given : fileURLToPath(given))
  const { directory, notes } = await readDirectory(path)
  const file: { -readonly [Name in keyof DirectoryFile]: DirectoryFile[Name] } = {
    path,
    notes,
    problem: undefined,
  }
  return {
    live: directory,
    file,
    follow: (consents, onChange) =>
      watchDirectory({
        path,
        live: directory,
        consents,
        onChange: (outcome) => {
          if ('notes' in outcome) Object.assign(file, { notes: outcome.notes, problem: undefined })
          else file.problem = outcome.problem
          onChange?.(file)
        },
      }),
  }
}
