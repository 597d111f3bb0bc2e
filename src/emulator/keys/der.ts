/** The few forms of ASN.1's Distinguished Encoding Rules (X.690) that a certificate needs. */

export function sequence(...items: Uint8Array[]): Uint8Array<ArrayBuffer> {
  return encoded(0x30, concatenated(items))
}

export function set(...items: Uint8Array[]): Uint8Array<ArrayBuffer> {
  return encoded(0x31, concatenated(items))
}

/** A context-specific, constructed element. */
export function tagged(number: number, content: Uint8Array): Uint8Array<ArrayBuffer> {
  return encoded(0xa0 + number, content)
}

/** A positive integer from its big-endian bytes; at most one leading zero, and no sign bit. */
export function integer(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const first = bytes.findIndex((byte) => byte !== 0)
  const digits = first === -1 ? Uint8Array.of(0) : bytes.subarray(first)
  const needsZero = (digits[0] ?? 0) >= 0x80
  return encoded(0x02, needsZero ? concatenated([Uint8Array.of(0), digits]) : digits)
}

export function bits(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return encoded(0x03, concatenated([Uint8Array.of(0), bytes]))
}

export function utf8(text: string): Uint8Array<ArrayBuffer> {
  return encoded(0x0c, new TextEncoder().encode(text))
}

export const nullValue: Uint8Array<ArrayBuffer> = encoded(0x05, new Uint8Array())

export function objectId(dotted: string): Uint8Array<ArrayBuffer> {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  return encoded(0x06, Uint8Array.from([first * 40 + second, ...rest.flatMap(base128)]))
}

/** UTCTime until 2049, GeneralizedTime from 2050 on (RFC 5280 section 4.1.2.5). */
export function time(date: Date): Uint8Array<ArrayBuffer> {
  const digits = date.toISOString().replace(/\.\d+Z$|[-:T]/g, '')
  const text = new TextEncoder()
  return date.getUTCFullYear() < 2050
    ? encoded(0x17, text.encode(`${digits.slice(2)}Z`))
    : encoded(0x18, text.encode(`${digits}Z`))
}

function encoded(tag: number, content: Uint8Array): Uint8Array<ArrayBuffer> {
  return concatenated([Uint8Array.of(tag), lengthOf(content), content])
}

function lengthOf(content: Uint8Array): Uint8Array {
  if (content.length < 0x80) return Uint8Array.of(content.length)
  const digits: number[] = []
  for (let rest = content.length; rest > 0; rest >>>= 8) digits.unshift(rest & 0xff)
  return Uint8Array.from([0x80 | digits.length, ...digits])
}

function base128(value: number): number[] {
  const digits = [value & 0x7f]
  for (let rest = value >>> 7; rest > 0; rest >>>= 7) digits.unshift(0x80 | (rest & 0x7f))
  return digits
}

function concatenated(parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let offset = 0
  for (const part of parts) {
    joined.set(part, offset)
    offset += part.length
  }
  return joined
}
