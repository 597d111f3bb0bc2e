/** From when and until when a certificate is valid; milliseconds since the epoch. */
export interface CertificateValidity {
  readonly notBefore: number
  readonly notAfter: number
}

/**
 * Reads the validity out of a certificate's DER (RFC 5280 section 4.1): certificate, to-be-signed
 * part, and in it what follows version, serial number, algorithm and issuer. Undefined when the
 * bytes are no certificate.
 */
export function validityOf(certificate: Uint8Array): CertificateValidity | undefined {
  const toBeSigned = childrenOf(childrenOf(childrenOf(certificate)[0])[0])
  const [, , , validity] = toBeSigned[0]?.tag === versionTag ? toBeSigned.slice(1) : toBeSigned
  const [notBefore, notAfter] = childrenOf(validity).map(timeOf)
  if (notBefore === undefined || notAfter === undefined) return undefined
  return { notBefore, notAfter }
}

interface Element {
  readonly tag: number
  readonly content: Uint8Array
}

const versionTag = 0xa0
const utcTimeTag = 0x17
const generalizedTimeTag = 0x18

/** The elements that stand one after the other; those before the first that is malformed. */
function childrenOf(parent: Uint8Array | Element | undefined): readonly Element[] {
  const bytes = parent instanceof Uint8Array ? parent : parent?.content
  const children: Element[] = []
  let rest = bytes ?? new Uint8Array()
  for (;;) {
    const { tag, start, end } = extentOf(rest)
    if (tag === undefined || end > rest.length) return children
    children.push({ tag, content: rest.subarray(start, end) })
    rest = rest.subarray(end)
  }
}

/** X.690 section 8.1.3: a short length, or the number of bytes that hold a long one. */
function extentOf(bytes: Uint8Array): { tag: number | undefined; start: number; end: number } {
  const [tag, first = 0] = bytes
  if (first < 0x80) return { tag, start: 2, end: 2 + first }
  const start = 2 + (first & 0x7f)
  const length = bytes.subarray(2, start).reduce((sum, byte) => sum * 256 + byte, 0)
  return { tag, start, end: start + length }
}

/** UTCTime counts from 1950 to 2049; both forms end in Z (RFC 5280 section 4.1.2.5). */
function timeOf({ tag, content }: Element): number | undefined {
  const text = String.fromCharCode(...content.subarray(0, 20))
  const century = Number(text.slice(0, 2)) < 50 ? '20' : '19'
  const digits = tag === utcTimeTag ? century + text : tag === generalizedTimeTag ? text : ''
  const parts = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(digits)?.slice(1).map(Number)
  if (parts === undefined) return undefined
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts
  return Date.UTC(year, month - 1, day, hour, minute, second)
}
