import type { Check } from '../check.js'
import { credentialsOf } from '../credentials.js'
import type { Deployment } from '../deployment.js'
import { finding, type Finding } from '../finding.js'
import type { RegisteredCredential, Registration } from '../registration.js'
import { certificateOf, day, soon } from './credential.js'
import { withRegistration } from './registration.js'

/** Whether what is configured is registered, and how long what is registered is good for. */
export const registeredCredentialsCheck: Check = {
  title: 'Registered credentials',
  async run(deployment) {
    const thumbprints = await thumbprintsOf(deployment)
    return withRegistration(deployment, (registration) => [
      ...unregistered(thumbprints, registration),
      ...expiry(deployment, registration),
    ])
  },
}

interface NamedThumbprint {
  readonly name: string
  /** SHA-1, in lower-case hexadecimal. */
  readonly thumbprint: string
}

async function thumbprintsOf(deployment: Deployment): Promise<readonly NamedThumbprint[]> {
  const certificates = credentialsOf(deployment).flatMap((credential) =>
    'certificate' in credential ? [certificateOf(credential, deployment)] : [],
  )
  return Promise.all(
    certificates.map(async ({ name, pem }) => {
      const digest = await crypto.subtle.digest('SHA-1', pem.certificate)
      return { name, thumbprint: Buffer.from(digest).toString('hex') }
    }),
  )
}

function unregistered(
  thumbprints: readonly NamedThumbprint[],
  { certificates }: Registration,
): readonly Finding[] {
  const registered = certificates.flatMap(({ thumbprint }) => thumbprint ?? [])
  // An export without thumbprints tells nothing.
  if (registered.length < certificates.length) return []
  return thumbprints
    .filter(({ thumbprint }) => !registered.some((one) => hexOf(one) === thumbprint))
    .map(({ name, thumbprint }) =>
      finding('credential-not-registered', {
        found: `${name} has the thumbprint ${thumbprint.toUpperCase()}`,
        expected: `one of ${registered.map((one) => hexOf(one).toUpperCase()).join(', ') || 'none'}`,
        cure: 'Upload the certificate under "Certificates & secrets", or configure the one that is there.',
      }),
    )
}

/** Graph shows a thumbprint in base64, the Azure CLI in hexadecimal. */
function hexOf(thumbprint: string): string {
  return /^[0-9a-f]{40}$/i.test(thumbprint)
    ? thumbprint.toLowerCase()
    : Buffer.from(thumbprint, 'base64').toString('hex')
}

/** The export does not say which secret the app has, so only the last one to end counts. */
function expiry(deployment: Deployment, registration: Registration): readonly Finding[] {
  const kinds = new Set(credentialsOf(deployment).map((one) => Object.keys(one)[0]))
  return [
    ...(kinds.has('secret') ? lastOf('client secret', registration.secrets, deployment) : []),
    ...(kinds.has('certificate')
      ? lastOf('certificate', registration.certificates, deployment)
      : []),
  ]
}

function lastOf(
  what: string,
  credentials: readonly RegisteredCredential[],
  { settings }: Deployment,
): readonly Finding[] {
  const ends = credentials.flatMap(({ endsAt }) => endsAt ?? [])
  if (ends.length === 0) return []
  const last = Math.max(...ends)
  const left = last - settings.clock()
  const date = new Date(last).toISOString().slice(0, 10)
  const cure =
    'Make a new one under "Certificates & secrets" and configure it; both are good meanwhile.'
  if (left <= 0) {
    const found = `the last ${what} of the registration expired on ${date} (AADSTS7000222)`
    return [finding('credential-expired', { found, expected: `a ${what} that is valid`, cure })]
  }
  if (left > soon) return []
  const found = `the last ${what} of the registration expires on ${date}, in ${Math.floor(left / day)} days`
  return [finding('credential-expiring', { found, expected: 'at least 30 days', cure })]
}
