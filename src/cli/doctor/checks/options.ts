import { credentialMissing } from '../../../middleware/credential-missing.js'
import { publicOriginsOf, sealingSecretsOf } from '../../../middleware/sealing-secrets.js'
import { ConfigurationError } from '../../../protocol/configuration-error.js'
import { compileRequirement } from '../../../validation/compile-requirement.js'
import type { Check } from '../check.js'
import type { Deployment } from '../deployment.js'
import { finding, type Finding } from '../finding.js'
import type { FindingId } from '../finding-kinds.js'

/** What `entra()`, `signIn()` and the guards would throw, all of it at once. */
export const optionsCheck: Check = {
  title: 'Options and environment',
  run(deployment) {
    const needed = missingIn(deployment)
    const requirements = requirementFaults(deployment)
    return [
      ...deployment.faults.map((fault) => asFinding(idOf(fault), fault)),
      ...needed.map((fault) => asFinding('option-missing', fault)),
      ...requirements,
      ...randomSecret(deployment),
      ...everyTenant(deployment),
    ]
  },
}

function idOf({ message }: ConfigurationError): FindingId {
  return /\bis missing\b/.test(message) ? 'option-missing' : 'option-invalid'
}

/** What each use needs beyond the options of an API, as that use itself would say it. */
function missingIn(deployment: Deployment): readonly ConfigurationError[] {
  const { settings, signIn, adminConsent, configuration, faults } = deployment
  const { tokens } = configuration
  const uses = [
    ...(signIn === undefined ? [] : ['signIn()']),
    ...(adminConsent === undefined ? [] : ['adminConsent()']),
  ]
  const tokenUses = [
    ...(signIn === undefined ? [] : ['signIn()']),
    ...((tokens.onBehalfOf ?? []).length === 0 ? [] : ['onBehalfOf()']),
    ...((tokens.app ?? []).length === 0 || settings.managedIdentity ? [] : ['forApp()']),
  ]
  const missing = [
    ...uses.flatMap((use) => thrownBy(() => publicOriginsOf(settings, use))),
    ...uses.flatMap((use) => thrownBy(() => sealingSecretsOf(withoutWarning(deployment), use))),
    ...(settings.credential === undefined
      ? tokenUses.map((use) => credentialMissing(use, settings))
      : []),
  ]
  const told = new Set(faults.map(({ option }) => option))
  return firstOfEach(missing).filter(({ option }) => !told.has(option))
}

function firstOfEach(faults: readonly ConfigurationError[]): readonly ConfigurationError[] {
  return faults.filter(
    ({ option }, at) => faults.findIndex((other) => other.option === option) === at,
  )
}

/** A copy: the secret that would be made up belongs to nobody. */
function withoutWarning({ settings }: Deployment) {
  return { ...settings }
}

/** The options of a requirement are told with its place: none of them is an option of `entra()`. */
function requirementFaults({ configuration, settings }: Deployment): readonly Finding[] {
  return configuration.protect.flatMap((requirement, at) =>
    thrownBy(() => compileRequirement(requirement, settings)).map((fault) =>
      finding('option-invalid', {
        ...wordsOf(fault),
        cure: `Correct ${placeIn(fault)}protect[${at}] of the configuration file, and the guard of the same form.`,
      }),
    ),
  )
}

function placeIn({ option }: ConfigurationError): string {
  return option === undefined || option === 'requireAccess' ? '' : `${option} in `
}

function thrownBy(work: () => unknown): readonly ConfigurationError[] {
  try {
    work()
    return []
  } catch (error) {
    if (error instanceof ConfigurationError) return [error]
    throw error
  }
}

function asFinding(id: FindingId, fault: ConfigurationError): Finding {
  const { option, environmentVariable } = fault
  return finding(id, {
    ...wordsOf(fault),
    cure: `${id === 'option-missing' ? 'Set' : 'Correct'} ${[option, environmentVariable].filter(Boolean).join(', or the environment variable ')}.`,
  })
}

/** The library's messages say found, "Expected" and what to write, in this order. */
function wordsOf(fault: ConfigurationError): { readonly found: string; readonly expected: string } {
  const { option, environmentVariable } = fault
  const place =
    (option === undefined ? '' : ` (option ${option}`) +
    (environmentVariable === undefined ? '' : `, environment variable ${environmentVariable}`) +
    (option === undefined ? '' : ')')
  const message = fault.message.endsWith(place)
    ? fault.message.slice(0, fault.message.length - place.length)
    : fault.message
  const [found = message, expected] = message.split(/\bExpected\s+/, 2)
  return { found: found.trim(), expected: expected?.trim() ?? 'a configuration that constructs' }
}

function randomSecret({ settings, signIn, faults }: Deployment): readonly Finding[] {
  const isTold = faults.some(({ option }) => option === 'secret')
  if (signIn === undefined || settings.secrets.length > 0 || isTold) return []
  if (settings.baseUrls.length === 0) return []
  return thrownBy(() => sealingSecretsOf({ ...settings }, 'signIn()')).length > 0
    ? []
    : [
        finding('secret-random', {
          found: 'secret is not set; a random one is made up at every start',
          expected: 'a secret of at least 32 characters',
          cure: 'openssl rand -base64 48, in ENTRADA_SECRET. Without it this works on loopback only.',
        }),
      ]
}

function everyTenant({ settings }: Deployment): readonly Finding[] {
  if (!settings.authority.multiTenant || settings.tenants !== 'any') return []
  return [
    finding('tenants-any', {
      found: `tenant is '${settings.authority.tenant}' and tenants is 'any'`,
      expected: 'a list of tenants, or a function that knows your customers',
      cure: "Keep 'any' when everybody may come; the app then decides by tenantId and objectId.",
    }),
  ]
}
