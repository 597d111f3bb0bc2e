/**
 * The bytes of a text that holds one in each character, as `atob` gives it. A loop, because anybody
 * can send much of it: `Uint8Array.from` takes twenty times as long.
 */
export function bytesOfBinary(binary: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(binary.length)
  for (let at = 0; at < bytes.length; at += 1) bytes[at] = binary.charCodeAt(at)
  return bytes
}
