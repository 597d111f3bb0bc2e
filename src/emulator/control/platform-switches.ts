import type { Fault } from '../emulator-switches.js'
import type { Platform } from '../platform/platform.js'
import { clients } from './choices.js'
import { given, givenNumber, type SwitchGroup } from './switch.js'

/** Keys, consents, lifetimes: what changes about the platform itself. */
export function platformSwitches(platform: Platform): SwitchGroup {
  const { keys, lifetimes, consents } = platform
  return {
    title: 'Keys, lifetimes, consents',
    switches: [
      {
        name: 'rotate-key',
        title: 'New signing key',
        explanation: 'Signs at once; the old one stays published.',
        fields: [
          {
            name: 'family',
            label: 'For',
            choices: [
              { value: 'organization', label: 'organizations' },
              { value: 'personal', label: 'personal accounts' },
            ],
          },
        ],
        action: 'Rotate',
        apply: (_controls, { family }) =>
          void keys.rotate(family === 'personal' ? 'personal' : 'organization'),
      },
      {
        name: 'withdraw-key',
        title: 'Remove a key',
        explanation: 'It is no longer published: tokens it signed must be refused.',
        fields: [
          {
            name: 'kid',
            label: 'Key',
            choices: keys.published().map(({ kid, family }) => {
              return { value: kid, label: `${kid.slice(0, 12)}… (${family})` }
            }),
          },
        ],
        action: 'Remove',
        apply: (_controls, { kid = '' }) => keys.withdraw(kid),
      },
      {
        name: 'foreign-key',
        title: 'Publish a key of another cloud',
        explanation: 'It says cloud_instance_name and signs nothing of this one.',
        fields: [
          { name: 'cloud', label: 'Cloud', placeholder: 'microsoftonline.us', required: true },
        ],
        action: 'Publish',
        apply: (_controls, { cloud = 'microsoftonline.us' }) => void keys.publishForeign(cloud),
      },
      {
        name: 'lifetimes',
        title: 'Lifetimes',
        explanation: 'In seconds, of what is issued from now on.',
        fields: [
          { name: 'accessToken', label: 'Access token', type: 'number', placeholder: '3600' },
          { name: 'refreshToken', label: 'Refresh token', type: 'number', placeholder: '7776000' },
          { name: 'code', label: 'Code', type: 'number', placeholder: '60' },
          {
            name: 'continuousAccess',
            label: 'Graph token with cp1',
            type: 'number',
            placeholder: '86400',
          },
        ],
        action: 'Set',
        apply: (_controls, input) =>
          lifetimes.set({
            ...givenNumber(input, 'accessToken'),
            ...givenNumber(input, 'refreshToken'),
            ...givenNumber(input, 'code'),
            ...givenNumber(input, 'continuousAccess'),
          }),
      },
      {
        name: 'clear-lifetimes',
        title: 'Usual lifetimes',
        explanation: 'An hour or so for tokens, a minute for codes.',
        fields: [],
        action: 'Clear lifetimes',
        apply: () => lifetimes.clear(),
      },
      {
        name: 'clear-consents',
        title: 'Forget every consent',
        explanation: 'Users and administrators are asked again; application permissions are gone.',
        fields: [],
        action: 'Forget consents',
        apply: () => consents.clear(),
      },
    ],
  }
}

const endpoints: readonly Fault['endpoint'][] = [
  'any',
  'discovery',
  'keys',
  'authorize',
  'token',
  'logout',
  'graph',
  'adminconsent',
  'managed-identity',
]
const kinds: readonly Fault['kind'][] = ['status', 'slow', 'hang', 'reset', 'garbage']

/** What goes wrong on the way. */
export function failureSwitches(platform: Platform): SwitchGroup {
  const choicesOf = (values: readonly string[]) => values.map((value) => ({ value, label: value }))
  const times = { name: 'times', label: 'Times', type: 'number', placeholder: 'always' } as const
  return {
    title: 'Failures',
    switches: [
      {
        name: 'fault',
        title: 'Fault',
        explanation: 'Slow answers, errors, broken and silent connections, unreadable answers.',
        fields: [
          { name: 'endpoint', label: 'Endpoint', choices: choicesOf(endpoints) },
          { name: 'kind', label: 'What happens', choices: choicesOf(kinds) },
          { name: 'status', label: 'Status', type: 'number', placeholder: '503' },
          { name: 'retryAfter', label: 'Retry-After', type: 'number', placeholder: 'none' },
          { name: 'ms', label: 'Slow by (ms)', type: 'number', placeholder: '1000' },
          times,
        ],
        action: 'Set fault',
        apply: ({ faults }, input) => {
          const { endpoint = 'any', kind = 'status' } = input
          faults.set({
            endpoint: endpoints.find((one) => one === endpoint) ?? 'any',
            kind: kinds.find((one) => one === kind) ?? 'status',
            ...givenNumber(input, 'status'),
            ...givenNumber(input, 'retryAfter'),
            ...givenNumber(input, 'ms'),
            ...givenNumber(input, 'times'),
          })
        },
      },
      {
        name: 'throttle',
        title: 'Throttle token requests',
        explanation: '429 with Retry-After for apps, AADSTS50196 for users.',
        fields: [
          {
            name: 'client',
            label: 'Client',
            choices: [{ value: '', label: 'every client' }, ...clients(platform)],
          },
          { name: 'retryAfter', label: 'Retry-After', type: 'number', placeholder: '60' },
          times,
        ],
        action: 'Throttle',
        apply: (_controls, input) =>
          platform.throttle.limit({
            ...given(input, 'client'),
            ...givenNumber(input, 'retryAfter'),
            ...givenNumber(input, 'times'),
          }),
      },
      {
        name: 'detect-loops',
        title: 'Loop protection',
        explanation: 'Throttles from the 15th identical request in five minutes on.',
        fields: [],
        action: 'Detect loops',
        apply: () => platform.throttle.detectLoops(),
      },
      {
        name: 'clear-failures',
        title: 'Nothing fails',
        explanation: 'Takes back faults and throttling.',
        fields: [],
        action: 'Clear failures',
        apply: ({ faults }) => {
          faults.clear()
          platform.throttle.clear()
        },
      },
    ],
  }
}
