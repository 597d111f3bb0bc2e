/**
 * RSA key pairs made ahead. Making one takes a tenth of a second and cannot be done at once, yet
 * rotating keys shall be immediate; what an emulator leaves unused serves the next one. No pair is
 * handed out twice.
 */
const ahead = 2
const ready: CryptoKeyPair[] = []
let underWay: Promise<void>[] = []

/** A pair, as soon as there is one. */
export async function nextKeyPair(): Promise<CryptoKeyPair> {
  return ready.length > 0 ? takeKeyPair() : generate()
}

/** A pair at once, provided `keyPairsReady` was awaited before. */
export function takeKeyPair(): CryptoKeyPair {
  const pair = ready.shift()
  void keyPairsReady()
  if (pair === undefined) {
    throw new Error(
      'The next signing key is still being made. Rotate again a moment later: one key takes about a tenth of a second.',
    )
  }
  return pair
}

/** Resolves when the next pair can be taken at once. */
export async function keyPairsReady(): Promise<void> {
  while (ready.length + underWay.length < ahead) {
    const making = generate().then((pair) => {
      ready.push(pair)
      underWay = underWay.filter((one) => one !== making)
    })
    underWay.push(making)
  }
  if (ready.length === 0) await Promise.race(underWay)
}

function generate(): Promise<CryptoKeyPair> {
  return crypto.subtle.generateKey(
    {
      name: 'RSASSA-PKCS1-v1_5',
      modulusLength: 2048,
      publicExponent: Uint8Array.of(1, 0, 1),
      hash: 'SHA-256',
    },
    true,
    ['sign', 'verify'],
  )
}
