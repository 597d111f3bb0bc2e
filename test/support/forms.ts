import { tagsOf, textInside, type Tag } from './html-tags.js'

/** A form of a page, as a browser would understand it. */
export interface Form {
  method: 'GET' | 'POST'
  /** As written; relative to the page. */
  action: string
  fields: readonly Field[]
  buttons: readonly Button[]
}

interface Field {
  kind: string
  name: string
  value: string
  /** For checkboxes and radio buttons; true for every other field. */
  checked: boolean
}

interface Button {
  name: string
  value: string
  /** What the button says. */
  text: string
}

/** What a test fills in: text for a field, true or false for a checkbox. */
export type FilledIn = Readonly<Record<string, string | boolean>>

/** A button by its name, its value, or a part of what it says. */
export interface Wanted {
  name?: string
  value?: string
  text?: string
}

/** The first button that fits, with its form. */
export function findButton(html: string, wanted: Wanted = {}): { form: Form; button: Button } {
  const all = formsOf(html).flatMap((form) => form.buttons.map((button) => ({ form, button })))
  const found = all.find(
    ({ button }) =>
      (wanted.name ?? button.name) === button.name &&
      (wanted.value ?? button.value) === button.value &&
      button.text.includes(wanted.text ?? ''),
  )
  if (found !== undefined) return found
  const names = all.map(({ button }) => `${button.text} (${button.name}=${button.value})`)
  throw new Error(`No button fits ${JSON.stringify(wanted)}. The page has: ${names.join('; ')}.`)
}

export function formsOf(html: string): Form[] {
  const tags = tagsOf(html)
  const starts = tags.flatMap((tag, index) => (tag.name === 'form' && !tag.closing ? [index] : []))
  return starts.map((start) => formFrom(tags, start))
}

/** The pairs a form sends, in order (the entry list of HTML's form submission). */
export function entriesOf(
  form: Form,
  button: Button | undefined,
  filledIn: FilledIn = {},
): [string, string][] {
  const unknown = Object.keys(filledIn).find((name) => !form.fields.some((f) => f.name === name))
  if (unknown !== undefined) {
    const names = form.fields.map(({ name }) => name).join(', ')
    throw new Error(`The form has no field '${unknown}', only: ${names}.`)
  }
  const entries = form.fields.flatMap(({ name, value, checked }): [string, string][] => {
    const given = filledIn[name]
    if (given === false || (given === undefined && !checked)) return []
    return [[name, typeof given === 'string' ? given : value]]
  })
  const pressed: [string, string][] =
    button === undefined || button.name === '' ? [] : [[button.name, button.value]]
  return [...entries, ...pressed]
}

/** Whether the page sends its form by itself, as the answer of `response_mode=form_post` does. */
export function sendsItself(html: string): boolean {
  return formsOf(html).length > 0 && /\.submit\(\)/.test(html)
}

function formFrom(tags: readonly Tag[], start: number): Form {
  const end = tags.findIndex((tag, index) => index > start && tag.closing && tag.name === 'form')
  const within = tags.slice(start, end === -1 ? undefined : end)
  const attributes = within[0]?.attributes
  return {
    method: attributes?.get('method')?.toLowerCase() === 'post' ? 'POST' : 'GET',
    action: attributes?.get('action') ?? '',
    fields: within.flatMap((_, index) => fieldAt(within, index)),
    buttons: within.flatMap((_, index) => buttonAt(within, index)),
  }
}

function fieldAt(tags: readonly Tag[], index: number): Field[] {
  const tag = tags[index]
  if (tag === undefined || !isNamedControl(tag)) return []
  const name = tag.attributes.get('name') ?? ''
  if (tag.name === 'textarea') {
    return [{ kind: 'textarea', name, value: tag.text.replace(/^\n/, ''), checked: true }]
  }
  if (tag.name === 'select') {
    return [{ kind: 'select', name, value: selectedOption(tags, index), checked: true }]
  }
  const kind = typeOf(tag, 'text')
  if (tag.name !== 'input' || ['submit', 'button', 'image', 'reset'].includes(kind)) return []
  const tickable = kind === 'checkbox' || kind === 'radio'
  const value = tag.attributes.get('value') ?? (tickable ? 'on' : '')
  return [{ kind, name, value, checked: !tickable || tag.attributes.has('checked') }]
}

function buttonAt(tags: readonly Tag[], index: number): Button[] {
  const tag = tags[index]
  if (tag === undefined || tag.closing || tag.attributes.has('disabled')) return []
  const isButton = tag.name === 'button' && typeOf(tag, 'submit') === 'submit'
  const isInput = tag.name === 'input' && typeOf(tag, 'text') === 'submit'
  if (!isButton && !isInput) return []
  const value = tag.attributes.get('value') ?? ''
  const text = isInput ? value : textInside(tags, index)
  return [{ name: tag.attributes.get('name') ?? '', value, text }]
}

function isNamedControl({ closing, attributes }: Tag): boolean {
  return !closing && !attributes.has('disabled') && (attributes.get('name') ?? '') !== ''
}

function typeOf(tag: Tag, otherwise: string): string {
  return tag.attributes.get('type')?.toLowerCase() ?? otherwise
}

function selectedOption(tags: readonly Tag[], start: number): string {
  const end = tags.findIndex((tag, index) => index > start && tag.closing && tag.name === 'select')
  const options = tags.slice(start, end).filter((tag) => tag.name === 'option' && !tag.closing)
  const chosen = options.find(({ attributes }) => attributes.has('selected')) ?? options[0]
  return chosen?.attributes.get('value') ?? chosen?.text.trim() ?? ''
}
