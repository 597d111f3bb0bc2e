/** What a runtime offers beyond the Web APIs; adapters inject it, so that no floor below knows it. */
export interface Host {
  /** Environment variables; read once, at construction. */
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Reads a small text file, such as a certificate. Throws when it cannot. */
  readFile(path: string): string
  /** Tells the developer something that is not an error; never holds a secret. */
  warn(message: string): void
  /** Whether this process shares its port with others of the same program. */
  readonly isClusterWorker?: boolean
  /** Tells whoever in the process listens to `entrada:{type}`, where a runtime has such channels. */
  publish?(event: { readonly type: string }): void
}
