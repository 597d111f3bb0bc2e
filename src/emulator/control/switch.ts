import type { Controls } from './controls.js'

/** One form of the control page. */
export interface Switch {
  /** Names it in the form. */
  name: string
  title: string
  explanation: string
  fields: readonly Field[]
  /** What its button says. */
  action: string
  apply(controls: Controls, input: Input): void
}

export type Input = Readonly<Partial<Record<string, string>>>

export interface Field {
  name: string
  label: string
  /** Without choices it is a line to type in. */
  choices?: readonly Choice[]
  /** The text of an empty field. */
  placeholder?: string
  type?: 'text' | 'number'
  required?: true
}

export interface Choice {
  value: string
  label: string
}

/** Switches that belong together. */
export interface SwitchGroup {
  title: string
  switches: readonly Switch[]
}

/** A whole number from a field, if there is one. */
export function numberIn(input: Input, name: string): number | undefined {
  const value = Number(input[name] ?? Number.NaN)
  return Number.isFinite(value) ? value : undefined
}

/** What was chosen or typed, as a member to spread; nothing when the field is empty. */
export function given<Name extends string>(
  input: Input,
  name: Name,
): Partial<Record<Name, string>> {
  const value = input[name]
  return value === undefined ? {} : ({ [name]: value } as Partial<Record<Name, string>>) // the one member it names
}

export function givenNumber<Name extends string>(
  input: Input,
  name: Name,
): Partial<Record<Name, number>> {
  const value = numberIn(input, name)
  return value === undefined ? {} : ({ [name]: value } as Partial<Record<Name, number>>) // likewise
}
