import { readCertificatePem, type CertificatePem } from '../../../platform/pem.js'
import { validityOf } from '../../../platform/certificate-validity.js'
import type { CertificateCredential } from '../../../middleware/entra-options.js'
import { credentialsOf } from '../credentials.js'
import { skipped, type Check } from '../check.js'
import type { Deployment } from '../deployment.js'
import { finding, type Finding } from '../finding.js'

export const day = 24 * 3_600_000
export const soon = 30 * day

/** What the app proves itself with, as far as it can be told without the platform. */
export const credentialCheck: Check = {
  title: 'Credential',
  run(deployment) {
    const given = credentialsOf(deployment)
    if (given.length === 0) return skipped('no credential is configured')
    return given.flatMap((credential) => {
      if ('certificate' in credential) return certificateFindings(credential, deployment)
      return 'secret' in credential ? secretFindings(deployment) : []
    })
  },
}

function secretFindings({ production }: Deployment): readonly Finding[] {
  if (!production) return []
  return [
    finding('secret-in-production', {
      found: 'a client secret, with NODE_ENV=production',
      expected:
        'a certificate or a federated credential: a secret can be copied wherever it is kept',
      cure: 'credential: { certificate: { path } } or { federated: { … } }',
    }),
  ]
}

function certificateFindings(
  credential: CertificateCredential,
  deployment: Deployment,
): readonly Finding[] {
  const { pem, name } = certificateOf(credential, deployment)
  const validity = validityOf(pem.certificate)
  if (validity === undefined) return []
  const now = deployment.settings.clock()
  const ends = new Date(validity.notAfter).toISOString().slice(0, 10)
  const renew =
    'Register a new one under "Certificates & secrets" and replace the file; both are accepted meanwhile.'
  if (now > validity.notAfter) {
    const words = { found: `${name} expired on ${ends}`, expected: 'a certificate that is valid' }
    return [finding('certificate-expired', { ...words, cure: renew })]
  }
  if (now < validity.notBefore) {
    return [
      finding('certificate-early', {
        found: `${name} is valid from ${new Date(validity.notBefore).toISOString()} on`,
        expected: 'a certificate that is valid now',
        cure: "Use another one until then, or set this machine's clock.",
      }),
    ]
  }
  if (validity.notAfter - now > soon) return []
  const left = Math.floor((validity.notAfter - now) / day)
  const found = `${name} expires on ${ends}, in ${left} ${left === 1 ? 'day' : 'days'}`
  return [finding('certificate-expiring', { found, expected: 'at least 30 days', cure: renew })]
}

/** @returns the certificate, which was read once before when the options were settled. */
export function certificateOf(
  { certificate }: CertificateCredential,
  { host }: Deployment,
): { readonly pem: CertificatePem; readonly name: string } {
  if ('path' in certificate && certificate.path !== undefined) {
    const { path } = certificate
    return { pem: readCertificatePem(host.readFile(path)), name: path }
  }
  const text = 'pem' in certificate ? (certificate.pem ?? '') : ''
  return { pem: readCertificatePem(text), name: 'credential.certificate.pem' }
}
