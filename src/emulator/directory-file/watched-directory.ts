import { watch } from 'node:fs'
import { basename, dirname } from 'node:path'
import type { Directory } from '../directory.js'
import type { ConsentStore } from '../consent/consent-store.js'
import { readDirectory } from './read-directory.js'

export interface DirectoryWatch {
  path: string
  /** What changes in place when the file does. */
  live: Directory
  consents: ConsentStore
  /** Is told of every change: of its notes, or of why the file cannot be used now. */
  onChange: (outcome: { notes: readonly string[] } | { problem: Error }) => void
}

/**
 * Follows the file: what it says takes effect at once. Editors replace files rather than write them,
 * so it is the folder that is watched. Returns a function that ends it.
 */
export function watchDirectory({ path, live, consents, onChange }: DirectoryWatch): () => void {
  let waiting: NodeJS.Timeout | undefined

  async function reload(): Promise<void> {
    try {
      const { directory, notes } = await readDirectory(path)
      replaceContent(live, directory)
      for (const grant of directory.delegatedGrants ?? []) consents.grantDelegated(grant)
      for (const grant of directory.applicationGrants ?? []) consents.grantApplication(grant)
      onChange({ notes })
    } catch (cause) {
      onChange({ problem: cause instanceof Error ? cause : new Error(String(cause)) })
    }
  }

  const watcher = watch(dirname(path), { persistent: false }, (_event, name) => {
    if (name !== null && name !== basename(path)) return
    // One save is several events, and the first may come before the content.
    clearTimeout(waiting)
    waiting = setTimeout(() => void reload(), 50)
  })
  watcher.on('error', () => undefined) // the folder is gone; the directory stays as it was
  return () => {
    clearTimeout(waiting)
    watcher.close()
  }
}

function replaceContent(live: Directory, { tenants, applications, ...rest }: Directory): void {
  live.tenants.splice(0, live.tenants.length, ...tenants)
  live.applications.splice(0, live.applications.length, ...applications)
  live.managedIdentities = rest.managedIdentities ?? []
  live.delegatedGrants = rest.delegatedGrants ?? []
  live.applicationGrants = rest.applicationGrants ?? []
}
