/** The DER prefix of a SHA-256 DigestInfo (RFC 8017 section 9.2, note 1). */
const digestInfo = Buffer.from('3031300d060960864801650304020105000420', 'hex')

/** `00 01 FF … FF 00` and the content, filled up to the length of the modulus. */
function padded(content: Buffer, length: number): Buffer {
  const filling = Buffer.alloc(Math.max(0, length - 3 - content.length), 0xff)
  return Buffer.concat([Buffer.from([0, 1]), filling, Buffer.from([0]), content])
}

/**
 * An encoded message as EMSA-PKCS1-v1_5 wants it, and many that a careless verifier takes for it:
 * each byte changed, other DER encodings of the same thing, garbage after or before the digest.
 */
export function pkcs1Mutations(
  digest: Buffer,
  length: number,
): { proper: Buffer; mutations: [string, Buffer][] } {
  const content = Buffer.concat([digestInfo, digest])
  const proper = padded(content, length)
  const mutations: [string, Buffer][] = []
  for (let position = 1; position < length; position += 1) {
    const changed = Buffer.from(proper)
    changed.writeUInt8(changed.readUInt8(position) ^ 1, position)
    mutations.push([`byte ${String(position)} changed`, changed])
  }
  const hex = (text: string) => Buffer.from(text, 'hex')
  const contents: [string, Buffer][] = [
    [
      'no NULL parameter',
      Buffer.concat([hex('302f300b0609608648016503040201'), hex('0420'), digest]),
    ],
    [
      'NULL in long form',
      Buffer.concat([hex('3032300e060960864801650304020105810004'), hex('20'), digest]),
    ],
    [
      'outer length in long form',
      Buffer.concat([hex('308131300d060960864801650304020105000420'), digest]),
    ],
    [
      'digest length in long form',
      Buffer.concat([hex('3032300d06096086480165030402010500048120'), digest]),
    ],
    [
      'indefinite length',
      Buffer.concat([hex('3080300d060960864801650304020105000420'), digest, hex('0000')]),
    ],
    ['SHA-1 named', Buffer.concat([hex('3021300906052b0e03021a05000414'), digest.subarray(0, 20)])],
    ['SHA-512 named', Buffer.concat([hex('3031300d060960864801650304020305000420'), digest])],
    ['the digest alone', digest],
    ['digest shortened', content.subarray(0, content.length - 1)],
    ['a byte after the digest', Buffer.concat([content, hex('00')])],
    ['garbage after the digest', Buffer.concat([content, Buffer.alloc(100, 0xab)])],
    [
      'garbage inside the sequence',
      Buffer.concat([hex('3035300d060960864801650304020105000420'), digest, hex('00000000')]),
    ],
    [
      'parameters with content',
      Buffer.concat([hex('3033300f0609608648016503040201'), hex('0502ffff'), hex('0420'), digest]),
    ],
  ]
  for (const [title, other] of contents) mutations.push([title, padded(other, length)])
  for (const kept of [0, 1, 7, 8, 9]) {
    const short = Buffer.concat([
      Buffer.from([0, 1]),
      Buffer.alloc(kept, 0xff),
      Buffer.from([0]),
      content,
    ])
    mutations.push([
      `${String(kept)} bytes of padding, garbage behind`,
      Buffer.concat([short, Buffer.alloc(length - short.length, 0x5a)]),
    ])
  }
  for (const type of [0, 2, 0xff]) {
    const other = Buffer.from(proper)
    other.writeUInt8(type, 1)
    mutations.push([`block type ${String(type)}`, other])
  }
  return { proper, mutations }
}
