import { decodeBase64Url, encodeBase64Url } from './base64url.js'

/**
 * A JSON value in few bytes, for what travels with each request: identifiers that are GUIDs or
 * base64url are held as the bytes they stand for, and nothing needs quotes.
 */
export function packed(value: unknown): Uint8Array<ArrayBuffer> {
  const bytes: number[] = []
  pack(value, bytes)
  return Uint8Array.from(bytes)
}

/**
 * Reads what `packed` has written.
 *
 * @throws TypeError when it is something else and ends too early.
 */
export function unpacked(bytes: Uint8Array): unknown {
  return unpack({ bytes, next: 0 })
}

/** A value begins with a byte that holds its form and its size; a size that is too large follows. */
const forms = { text: 0, base64Url: 1, guid: 2, integer: 3, list: 4, record: 5, word: 6, json: 7 }
const largeSize = 31
/** Values and names that are met all the time. Their place here is what is written: new ones go last. */
const words: readonly unknown[] = [
  ...[null, false, true],
  ...['id', 'at', 'seen', 'claims', 'home', 'session', 'details'],
  ...['tid', 'oid', 'sub', 'sid', 'uti', 'name', 'preferred_username', 'email', 'login_hint'],
  ...['auth_time', 'acrs', 'roles', 'groups'],
]
const guid = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/
const guidBytes = 16
/** In fewer characters there is nothing to be saved. */
const shortestBase64Url = 8

function pack(value: unknown, into: number[]): void {
  if (words.includes(value)) begin(forms.word, words.indexOf(value), into)
  else if (typeof value === 'string') packText(value, into)
  else if (Array.isArray(value)) packList(value, into)
  else if (typeof value === 'object' && value !== null) packRecord(value, into)
  else if (Number.isSafeInteger(value) && Number(value) >= 0) {
    begin(forms.integer, Number(value), into)
  } else packBytes(forms.json, new TextEncoder().encode(JSON.stringify(value)), into)
}

function packText(text: string, into: number[]): void {
  if (guid.test(text)) {
    packBytes(forms.guid, bytesOfHex(text.replaceAll('-', '')), into)
    return
  }
  const bytes = text.length < shortestBase64Url ? undefined : decodeBase64Url(text)
  if (bytes === undefined) packBytes(forms.text, new TextEncoder().encode(text), into)
  else packBytes(forms.base64Url, bytes, into)
}

function packList(values: readonly unknown[], into: number[]): void {
  begin(forms.list, values.length, into)
  for (const value of values) pack(value, into)
}

function packRecord(record: object, into: number[]): void {
  const entries = Object.entries(record).filter(([, value]) => value !== undefined)
  begin(forms.record, entries.length, into)
  for (const entry of entries.flat()) pack(entry, into)
}

function packBytes(form: number, bytes: Uint8Array, into: number[]): void {
  begin(form, bytes.length, into)
  for (const byte of bytes) into.push(byte)
}

function begin(form: number, size: number, into: number[]): void {
  into.push(form * 32 + Math.min(size, largeSize))
  if (size < largeSize) return
  let rest = size - largeSize
  for (; rest >= 128; rest = Math.floor(rest / 128)) into.push((rest % 128) + 128)
  into.push(rest)
}

interface Cursor {
  readonly bytes: Uint8Array
  next: number
}

function unpack(cursor: Cursor): unknown {
  const first = byteAt(cursor)
  const size = sizeFrom(first % 32, cursor)
  switch (Math.floor(first / 32)) {
    case forms.integer:
      return size
    case forms.word:
      return words[size]
    case forms.list:
      return several(size, cursor, unpack)
    case forms.record:
      return Object.fromEntries(several(size, cursor, (at) => [unpack(at), unpack(at)]))
    case forms.base64Url:
      return encodeBase64Url(taken(size, cursor))
    case forms.guid:
      return guidOf(taken(size, cursor))
    case forms.json:
      return JSON.parse(new TextDecoder().decode(taken(size, cursor)))
    default:
      return new TextDecoder('utf-8', { ignoreBOM: true }).decode(taken(size, cursor))
  }
}

function sizeFrom(size: number, cursor: Cursor): number {
  if (size < largeSize) return size
  let whole = largeSize
  for (let weight = 1; ; weight *= 128) {
    const byte = byteAt(cursor)
    whole += (byte % 128) * weight
    if (byte < 128) return whole
  }
}

function byteAt(cursor: Cursor): number {
  const byte = cursor.bytes[cursor.next]
  if (byte === undefined) throw new TypeError('What was packed is longer than this.')
  cursor.next += 1
  return byte
}

/**
 * Room is made as values come: lists within lists that each promise all that is left would take the
 * square of it.
 */
function several<Value>(size: number, cursor: Cursor, read: (cursor: Cursor) => Value): Value[] {
  const values: Value[] = []
  for (let left = fitting(size, cursor); left > 0; left -= 1) values.push(read(cursor))
  return values
}

/** Everything takes a byte or more, so a size that is too large shows before it is made room for. */
function fitting(size: number, { bytes, next }: Cursor): number {
  if (next + size > bytes.length) throw new TypeError('What was packed is longer than this.')
  return size
}

function taken(size: number, cursor: Cursor): Uint8Array {
  const end = cursor.next + fitting(size, cursor)
  const bytes = cursor.bytes.subarray(cursor.next, end)
  cursor.next = end
  return bytes
}

function bytesOfHex(hex: string): Uint8Array {
  return Uint8Array.from({ length: guidBytes }, (_, index) =>
    Number.parseInt(hex.slice(2 * index, 2 * index + 2), 16),
  )
}

function guidOf(bytes: Uint8Array): string {
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
