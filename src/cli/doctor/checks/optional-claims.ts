import type { Check } from '../check.js'
import type { Deployment } from '../deployment.js'
import { finding, type Finding } from '../finding.js'
import type { FindingId } from '../finding-kinds.js'
import type { Registration } from '../registration.js'
import { requiredBy } from '../required-names.js'
import { withRegistration } from './registration.js'

/** Claims that decisions of the library rest on and that Entra sends only when asked to. */
export const optionalClaimsCheck: Check = {
  title: 'Optional claims',
  run: (deployment) =>
    withRegistration(deployment, (registration) => [
      ...groupsMissing(deployment, registration),
      ...wantedClaims(deployment, registration)
        .filter(({ token, claim }) => !claimsOf(registration, token).includes(claim))
        .map(asFinding),
    ]),
}

/** The optional claim only says how groups are written; whether there are any, this setting says. */
function groupsMissing(deployment: Deployment, { groupClaims }: Registration): readonly Finding[] {
  const hasGroups = groupClaims.some((kind) => kindsOfGroups.includes(kind.toLowerCase()))
  if (hasGroups || !requiredBy(deployment).groups) return []
  const setting = groupClaims.length === 0 ? 'not set' : groupClaims.join(', ')
  return [
    finding('claim-missing', {
      found: `the access token has no groups: a guard requires groups, and groupMembershipClaims is ${setting}`,
      expected: 'groupMembershipClaims SecurityGroup, ApplicationGroup or All',
      cure: 'Add them under "Token configuration", Add groups claim.',
    }),
  ]
}

/** `DirectoryRole` alone brings `wids`, which no guard reads as groups. */
const kindsOfGroups = ['securitygroup', 'applicationgroup', 'all']

type TokenKind = 'access token' | 'ID token'

interface WantedClaim {
  readonly id: FindingId & `claim-${string}`
  readonly token: TokenKind
  readonly claim: string
  readonly why: string
}

function wantedClaims(deployment: Deployment, registration: Registration): readonly WantedClaim[] {
  const { signIn, configuration } = deployment
  const required = requiredBy(deployment)
  const wants = (isWanted: boolean, claim: WantedClaim) => (isWanted ? [claim] : [])
  const takesApps = configuration.protect.some(({ app }) => app !== undefined)
  return [
    ...wants(takesApps, {
      id: 'claim-advised',
      token: 'access token',
      claim: 'idtyp',
      why: 'it tells apps from users outright; without it that is concluded from scp, oid and sub',
    }),
    ...wants(required.acrs, {
      id: 'claim-missing',
      token: 'access token',
      claim: 'acrs',
      why: 'a guard requires authentication contexts',
    }),
    ...wants(required.acrs, {
      id: 'claim-missing',
      token: 'access token',
      claim: 'xms_cc',
      why: 'without it no client is sent a claims challenge, and all are refused',
    }),
    ...wants(required.guests, {
      id: 'claim-advised',
      token: 'access token',
      claim: 'acct',
      why: 'a guard tells guests from members, which is concluded from idp otherwise',
    }),
    ...wants(signIn?.maxAge !== undefined, {
      id: 'claim-missing',
      token: 'ID token',
      claim: 'auth_time',
      why: 'signIn({ maxAge }) refuses every sign-in without it',
    }),
    ...wants(signIn !== undefined, {
      id: 'claim-advised',
      token: 'ID token',
      claim: 'login_hint',
      why: 'sign-out and renewals then name the user, and nobody has to pick an account',
    }),
    ...wants(signIn !== undefined && registration.logoutUrl !== undefined, {
      id: 'claim-advised',
      token: 'ID token',
      claim: 'sid',
      why: 'front-channel sign-out names the session by it',
    }),
  ]
}

function claimsOf(
  { accessTokenClaims, idTokenClaims }: Registration,
  token: TokenKind,
): readonly string[] {
  return token === 'access token' ? accessTokenClaims : idTokenClaims
}

function asFinding({ id, token, claim, why }: WantedClaim): Finding {
  return finding(id, {
    found: `the ${token} has no ${claim}: ${why}`,
    expected: `the optional claim ${claim} in the ${token}`,
    cure: 'Add it under "Token configuration".',
  })
}
