/** What a command has of the world around it; tests give another. */
export interface Terminal {
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly workingDirectory: string
  /** Whether a person may be shown colours. */
  readonly colours: boolean
  /** Milliseconds since the epoch. */
  readonly clock: () => number
  readonly fetch: typeof fetch
  /** A line of the result. */
  print(line: string): void
  /** A line about the work: progress, and what went wrong. */
  tell(line: string): void
  /** Everything on standard input. */
  readInput(): Promise<string>
  /** As the library reads a file: UTF-8. @throws when the file cannot be read. */
  readFile(path: string): string
  /** @throws when the file cannot be read. */
  readBytes(path: string): Uint8Array
  /** Resolves when the user ends the command. */
  untilInterrupted(): Promise<void>
  /** Shows an address in the user's browser. */
  openBrowser(url: string): void
}

/** What came of a command, as a script reads it. */
export const exitCodes = Object.freeze({ good: 0, findings: 1, usage: 2 })
