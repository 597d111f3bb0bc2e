import {
  createKeyDocuments,
  KeysUnavailable,
  type KeyDocument,
} from '../../../platform/key-documents.js'
import { authorityUrl, type TokenVersion } from '../../../protocol/authority.js'
import { durationInWords } from '../../explain/time-words.js'
import type { Check } from '../check.js'
import type { Deployment } from '../deployment.js'
import { finding, type Finding } from '../finding.js'

/** The authority's documents and clock: what every verdict on a token rests on. */
export const platformCheck: Check = {
  title: 'Metadata, keys and clock',
  live: true,
  async run(deployment) {
    const isV1 = deployment.evidence.registration?.tokenVersion === 1
    const versions: readonly TokenVersion[] = isV1 ? ['2.0', '1.0'] : ['2.0']
    const looks = await Promise.all(versions.map((version) => lookAt(version, deployment)))
    // Both versions come from one host with one clock.
    const clock = looks.flatMap(({ document }) => document ?? []).slice(0, 1)
    return [
      ...looks.flatMap(({ findings }) => findings),
      ...clock.flatMap((document) => clockFindings(document, deployment)),
    ]
  },
}

interface Look {
  readonly document?: KeyDocument
  readonly findings: readonly Finding[]
}

const patience = 10_000

async function lookAt(version: TokenVersion, deployment: Deployment): Promise<Look> {
  const { settings } = deployment
  const { authority, fetch, clock, signingKeysOf: appId } = settings
  const fetchKeyDocument = createKeyDocuments({
    authority,
    version,
    appId,
    fetch,
    clock,
    deadline: patience,
  })
  try {
    return { document: await fetchKeyDocument(new Map()), findings: [] }
  } catch (error) {
    if (!(error instanceof KeysUnavailable)) throw error
    return { findings: [unavailable(error, version, deployment)] }
  }
}

function unavailable(
  { endpoint, failure, status }: KeysUnavailable,
  version: TokenVersion,
  { settings }: Deployment,
): Finding {
  const { authority } = settings
  const url = `${authorityUrl(authority, version)}/.well-known/openid-configuration`
  const what = endpoint === 'metadata' ? `the metadata at ${url}` : `the keys that ${url} names`
  if (status !== undefined && (status === 429 || status >= 500)) {
    return finding('platform-unreachable', {
      found: `${what} could not be had: the answer was ${status}`,
      expected: 'the document',
      cure: 'The platform, or a proxy in front of it, is busy or out of order. Try again.',
    })
  }
  if (failure === 'status' && endpoint === 'metadata') {
    return finding('tenant-unknown', {
      found: `${url} was answered with an error`,
      expected: 'the metadata of the tenant',
      cure: 'Compare tenant (AZURE_TENANT_ID) with "Directory (tenant) ID", and authorityHost (AZURE_AUTHORITY_HOST) with the cloud of the tenant (AADSTS90002).',
    })
  }
  if (failure === 'content') {
    return finding('metadata-foreign', {
      found: `${what}: not what this authority publishes`,
      expected: `metadata that names an issuer of ${authority.origin} and this tenant`,
      cure: 'Compare authorityHost and tenant; a proxy that answers in the place of Entra does this, too.',
    })
  }
  return finding('platform-unreachable', {
    found: `${what} could not be had: ${failure}`,
    expected: 'an answer within ten seconds',
    cure: 'Look at the firewall, the proxy (entra({ fetch })) and the DNS of this machine.',
  })
}

const drift = 30

function clockFindings(
  { clockDifference }: KeyDocument,
  { settings }: Deployment,
): readonly Finding[] {
  const seconds = Math.round((clockDifference ?? 0) / 1000)
  const apart = Math.abs(seconds)
  if (apart <= drift) return []
  const words = {
    found: `this machine's clock is ${durationInWords(apart)} ${seconds > 0 ? 'behind' : 'ahead of'} the platform's`,
    expected: `less than ${drift} seconds; tokens are given ${settings.clockToleranceSeconds} seconds`,
    cure: 'Synchronise the clock (NTP) of this machine, of the host of the container, too.',
  }
  return [finding(apart > settings.clockToleranceSeconds ? 'clock-differs' : 'clock-drifts', words)]
}
