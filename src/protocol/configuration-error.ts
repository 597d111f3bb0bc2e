import { EntraError } from './entra-error.js'

export interface ConfigurationFault {
  /** What was found, what was expected, and what to write instead. */
  readonly message: string
  /** The option that is at fault, as written in `entra({ … })`. */
  readonly option?: string
  /** The environment variable that sets the same thing. */
  readonly environmentVariable?: string
}

/**
 * A mistake in the program's or the deployment's configuration, thrown where it is first seen:
 * at construction whenever that is possible. Names the option and the environment variable.
 */
export class ConfigurationError extends EntraError {
  readonly code = 'ERR_ENTRA_CONFIGURATION'
  readonly option: string | undefined
  readonly environmentVariable: string | undefined

  constructor(fault: ConfigurationFault) {
    super(`${fault.message}${whereItIsSet(fault)}`, { status: 500 })
    this.option = fault.option
    this.environmentVariable = fault.environmentVariable
  }
}

function whereItIsSet({ option, environmentVariable }: ConfigurationFault): string {
  if (option === undefined) return ''
  return environmentVariable === undefined
    ? ` (option ${option})`
    : ` (option ${option}, environment variable ${environmentVariable})`
}
