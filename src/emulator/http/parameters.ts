import { parameterRepeated } from '../errors/catalogue.js'

/** The parameters of a request, each given once. */
export type Parameters = Readonly<Partial<Record<string, string>>>

/** Refuses repetitions (AADSTS90023); leaves out what is empty. */
export function parametersOf(...sources: URLSearchParams[]): Parameters {
  const parameters: Partial<Record<string, string>> = Object.create(null) as object
  for (const source of sources) {
    const seen = new Set<string>()
    for (const [name, value] of source) {
      if (seen.has(name)) throw parameterRepeated(name)
      seen.add(name)
      if (value !== '') parameters[name] ??= value
    }
  }
  return parameters
}
