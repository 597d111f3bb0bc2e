import { readCertificatePem, type CertificatePem } from './pem.js'

export interface CertificateFileSettings {
  /** What messages call it. */
  readonly name: string
  readonly read: () => string
  readonly warn: (message: string) => void
}

/** A certificate that may be replaced while the app runs. */
export interface CertificateFile {
  /** What it holds now; the same object for as long as it holds the same text. */
  current(): CertificatePem
}

/**
 * Reads the text each time it is asked. Whoever replaces a file may be in the middle of it, so text
 * that cannot be read leaves the last certificate in use, and the developer is told once.
 *
 * @throws ConfigurationError when the first text cannot be read.
 */
export function createCertificateFile(settings: CertificateFileSettings): CertificateFile {
  const { name, read, warn } = settings
  let { text, pem } = certificateIn(read())
  let isTold = false

  return {
    current() {
      try {
        const next = read()
        if (next !== text) ({ text, pem } = certificateIn(next))
        isTold = false
      } catch (error) {
        if (!isTold) warn(`${name}: ${reasonOf(error)} The certificate read before stays in use.`)
        isTold = true
      }
      return pem
    },
  }
}

function certificateIn(text: string): { text: string; pem: CertificatePem } {
  return { text, pem: readCertificatePem(text) }
}

/** Messages of this library hold nothing of the text. */
function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : 'It cannot be read.'
}
