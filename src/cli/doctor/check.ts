import type { Deployment } from './deployment.js'
import type { Finding } from './finding.js'

/** One subject that the doctor looks at. */
export interface Check {
  readonly title: string
  /** Whether it talks to the platform, or to the running app. */
  readonly live?: true
  run(deployment: Deployment): Outcome | Promise<Outcome>
}

/** What was found, or why there was nothing to look at. */
export type Outcome = readonly Finding[] | Skipped

export class Skipped {
  readonly reason: string

  constructor(reason: string) {
    this.reason = reason
  }
}

export function skipped(reason: string): Skipped {
  return new Skipped(reason)
}
