import type { Platform } from '../platform/platform.js'
import { apis, everybody, users } from './choices.js'
import { given, numberIn, type SwitchGroup } from './switch.js'

/** Conditional Access and continuous access evaluation. */
export function accessSwitches(platform: Platform): SwitchGroup {
  const { access } = platform
  const resource = { name: 'resource', label: 'API', choices: apis(platform) }
  return {
    title: 'Conditional Access',
    switches: [
      {
        name: 'revoke-sessions',
        title: 'End a user’s sessions',
        explanation: 'Refresh tokens are AADSTS50173; Graph challenges clients that declared cp1.',
        fields: [{ name: 'user', label: 'User', choices: users(platform) }],
        action: 'End sessions',
        apply: (_controls, { user = '' }) => access.revokeSessions(user),
      },
      {
        name: 'require-mfa',
        title: 'Require multifactor authentication',
        explanation: 'Tokens for the API take a sign-in at the browser first.',
        fields: [
          resource,
          {
            name: 'code',
            label: 'The user must',
            choices: [
              { value: '50076', label: 'use it (AADSTS50076)' },
              { value: '50079', label: 'register for it (AADSTS50079)' },
            ],
          },
        ],
        action: 'Require',
        apply: (_controls, { resource: api = '', code }) =>
          access.requireMfa({ resource: api, code: code === '50079' ? 50079 : 50076 }),
      },
      {
        name: 'protect-context',
        title: 'Protect an authentication context',
        explanation: 'Who asks for it must have signed in at the browser for it.',
        fields: [{ name: 'context', label: 'Context', placeholder: 'c1', required: true }],
        action: 'Protect',
        apply: (_controls, { context = 'c1' }) => access.requireMfa({ context }),
      },
      {
        name: 'require-context',
        title: 'Graph asks for an authentication context',
        explanation: 'A claims challenge for clients that declared cp1, 403 for others.',
        fields: [{ name: 'context', label: 'Context', placeholder: 'c1', required: true }],
        action: 'Ask',
        apply: (_controls, { context = 'c1' }) => access.requireContext(context),
      },
      {
        name: 'limit-session',
        title: 'Sign-in frequency',
        explanation: 'Older sign-ins are AADSTS70043.',
        fields: [
          resource,
          { name: 'seconds', label: 'Seconds', type: 'number', placeholder: '60', required: true },
        ],
        action: 'Limit',
        apply: (_controls, input) =>
          access.limitSession({
            resource: input.resource ?? '',
            seconds: numberIn(input, 'seconds') ?? 60,
          }),
      },
      {
        name: 'block',
        title: 'Block access',
        explanation: 'AADSTS53003 from the token endpoint, a page at the browser.',
        fields: [
          resource,
          { name: 'user', label: 'Who', choices: [everybody, ...users(platform)] },
        ],
        action: 'Block',
        apply: (_controls, input) =>
          access.block({ resource: input.resource ?? '', ...given(input, 'user') }),
      },
      {
        name: 'clear-access',
        title: 'Take it all back',
        explanation: 'Sessions that were ended stay ended.',
        fields: [],
        action: 'Clear Conditional Access',
        apply: () => access.clear(),
      },
    ],
  }
}
