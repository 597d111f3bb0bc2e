import type { Host } from '../host/host.js'
import { validityOf, type CertificateValidity } from './certificate-validity.js'
import type { Clock } from './clock.js'
import { credentialFault } from './credential-fault.js'
import { pemFault, type CertificatePem } from './pem.js'

const day = 24 * 3_600_000
const warnedAhead = 30 * day
/** Clocks may differ this much; the platform has the last word. */
const clockDifference = 300_000

export interface CertificateExpirySettings {
  /** What messages call the certificate. */
  readonly name: string
  readonly clock: Clock
  readonly host: Host
}

/** Watches the validity of certificates. */
export interface CertificateExpiry {
  /** Warns once for each certificate that is about to expire, or has. */
  tell(certificate: CertificatePem): void
  /** @throws ConfigurationError for a certificate that the platform would refuse (AADSTS1000502). */
  require(certificate: CertificatePem): void
}

export function createCertificateExpiry(settings: CertificateExpirySettings): CertificateExpiry {
  const { name, clock, host } = settings
  const validities = new WeakMap<CertificatePem, CertificateValidity>()
  const told = new WeakSet<CertificatePem>()

  function validityIn(certificate: CertificatePem): CertificateValidity {
    const validity = validities.get(certificate) ?? validityOf(certificate.certificate)
    if (validity === undefined) {
      throw pemFault('holds a certificate that is not X.509 in DER form. Export it again.')
    }
    validities.set(certificate, validity)
    return validity
  }

  function tell(certificate: CertificatePem): void {
    const { notAfter } = validityIn(certificate)
    const left = notAfter - clock()
    if (left >= warnedAhead || told.has(certificate)) return
    told.add(certificate)
    const when = left < 0 ? 'expired' : `expires in ${count(Math.floor(left / day), 'day')},`
    host.warn(`The certificate ${name} ${when} on ${dateOf(notAfter)}. ${cure}`)
  }

  return {
    tell,
    require(certificate) {
      const { notBefore, notAfter } = validityIn(certificate)
      const now = clock()
      if (now > notAfter + clockDifference) {
        throw credentialFault(`The certificate ${name} expired on ${dateOf(notAfter)}. ${cure}`)
      }
      if (now < notBefore - clockDifference) {
        throw credentialFault(
          `The certificate ${name} is valid from ${dateOf(notBefore)} on, which is not yet. ` +
            "Use another one, or set this machine's clock.",
        )
      }
      tell(certificate)
    },
  }
}

const cure =
  'Register a new one under "Certificates & secrets" and replace the file; both are accepted ' +
  'for as long as both are registered and valid.'

function count(number: number, unit: string): string {
  return `${number} ${unit}${number === 1 ? '' : 's'}`
}

function dateOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10)
}
