/** `error` does not work, `warning` works and will hurt, `notice` is worth knowing. */
export type Severity = 'error' | 'warning' | 'notice'

export interface FindingKind {
  readonly severity: Severity
  /** What it is about, in a sentence. */
  readonly meaning: string
  readonly docs: string
}

const kind =
  (severity: Severity) =>
  (meaning: string, docs: string): FindingKind =>
    Object.freeze({ severity, meaning, docs })
const error = kind('error')
const warning = kind('warning')
const notice = kind('notice')

const learn = (page: string) => `https://learn.microsoft.com/entra/identity-platform/${page}`
const replyUrl = learn('reply-url')
const optionalClaims = learn('optional-claims')
const scopesAndPermissions = learn('scopes-oidc')
const accessTokens = learn('access-token-claims-reference')
const configuration = 'docs/configuration.md'
const credentials = 'docs/credentials.md'
const consent = 'docs/consent.md'
const signIn = 'docs/sign-in.md'
const scaleOut = 'docs/scale-out.md'
const troubleshooting = 'docs/troubleshooting.md'

/** Everything that `entrada doctor` can find; docs/troubleshooting.md has the same table. */
export const findingKinds = Object.freeze({
  'option-invalid': error('An option or environment variable is wrong.', configuration),
  'option-missing': error('Something that this use needs is not configured.', configuration),
  'secret-random': notice('Without `secret` everybody is signed out by a restart.', configuration),
  'tenants-any': notice('Users of every organization are let in.', configuration),
  'node-unsupported': error(
    'This Node is older than what the library runs on.',
    'README.md#install',
  ),
  'tls-unchecked': error('Certificates of the platform are not checked.', configuration),
  'variable-unknown': warning('An environment variable looks misspelt.', configuration),
  'credential-of-another-client': warning(
    'The credential in the environment belongs to another client ID.',
    `${configuration}#two-registrations-in-one-program`,
  ),
  'proxy-ignored': notice(
    'A proxy is configured that `fetch` does not use.',
    `${configuration}#behind-a-proxy`,
  ),
  'graph-of-another-cloud': error(
    'Graph and sign-in host belong to different clouds.',
    configuration,
  ),
  'loopback-in-production': error('`baseUrl` is this machine, in production.', configuration),

  'certificate-expired': error('The certificate is past its validity.', credentials),
  'certificate-early': error('The certificate is not valid yet.', credentials),
  'certificate-expiring': warning('The certificate expires within 30 days.', credentials),
  'secret-in-production': notice(
    'A client secret is used where a certificate could be.',
    credentials,
  ),
  'credential-not-registered': error(
    'The certificate is not one of the registration.',
    credentials,
  ),
  'credential-expired': error('Every credential of the registration has expired.', credentials),
  'credential-expiring': warning('The last valid credential expires within 30 days.', credentials),
  'credential-rejected': error('The platform does not accept the credential.', credentials),

  'scopes-illegal': error('The platform would refuse these scopes.', scopesAndPermissions),
  'scope-suspicious': warning('A scope is probably not what was meant.', scopesAndPermissions),
  'scope-over-broad': warning(
    'A scope reaches further than most apps need.',
    `${troubleshooting}#scopes`,
  ),
  'scope-redundant': notice('A scope is contained in another one.', `${troubleshooting}#scopes`),
  'scope-unused': warning(
    'A scope is asked for at sign-in and never used.',
    `${troubleshooting}#scopes`,
  ),
  'scope-use-unknown': notice(
    '`.default` hides which scopes are used.',
    `${troubleshooting}#scopes`,
  ),

  'redirect-uri-missing': error('A redirect URI is not registered (AADSTS50011).', replyUrl),
  'redirect-uri-platform': error(
    'A redirect URI is registered for another platform than Web.',
    replyUrl,
  ),
  'redirect-uri-impossible': error('A redirect URI is one that Entra does not take.', replyUrl),
  'redirect-uri-wildcard': warning('A registered redirect URI has a wildcard.', replyUrl),
  'redirect-uri-local': notice('Redirect URIs of development are registered.', replyUrl),
  'sign-out-uri-missing': warning(
    'After sign-out the browser stays at Entra.',
    `${signIn}#signing-out`,
  ),
  'front-channel-elsewhere': warning(
    'Entra ends sessions at another address.',
    `${signIn}#signing-out`,
  ),
  'front-channel-missing': notice(
    'Signing out elsewhere does not end sessions here.',
    `${signIn}#signing-out`,
  ),

  'proxy-not-trusted': error(
    'The session cookie is never set behind this proxy.',
    `${troubleshooting}#cookies-and-proxies`,
  ),
  'cookie-secure-over-http': error(
    'Browsers do not keep this session cookie.',
    `${troubleshooting}#cookies-and-proxies`,
  ),
  'cookie-not-secure': warning(
    'The session cookie is sent over http, too.',
    `${troubleshooting}#cookies-and-proxies`,
  ),
  'cookie-strict': error(
    'The session cookie is missing after the way back from Entra.',
    `${troubleshooting}#cookies-and-proxies`,
  ),
  'cookie-cross-site': error(
    'Browsers drop a SameSite=None cookie without Secure.',
    `${troubleshooting}#cookies-and-proxies`,
  ),
  'form-post-over-http': error(
    '`form_post` loses the transaction over http.',
    `${troubleshooting}#cookies-and-proxies`,
  ),
  'session-store-memory': error('Each process has sessions of its own.', scaleOut),
  'store-not-shared': warning('Each process has tokens and sign-outs of its own.', scaleOut),

  'registration-of-another-app': error(
    'The exported registration is not of this client ID.',
    troubleshooting,
  ),
  'sign-in-audience': error(
    'The registration does not serve the configured tenant.',
    learn('supported-accounts-validation'),
  ),
  'implicit-grant': warning(
    'The registration hands out tokens in addresses.',
    learn('v2-oauth2-auth-code-flow'),
  ),
  'public-client': warning(
    'Codes can be redeemed without the credential.',
    learn('v2-oauth2-auth-code-flow'),
  ),
  'audience-not-registered': error(
    'A configured audience is no App ID URI of the registration.',
    accessTokens,
  ),
  'audience-not-configured': error(
    'Tokens for a registered App ID URI would be refused.',
    accessTokens,
  ),
  'token-version': error('The registration cannot issue tokens of this version.', accessTokens),
  'token-version-1': notice('Access tokens have the older version 1.0.', accessTokens),
  'scope-not-exposed': error(
    'A guard requires a scope that the API does not expose.',
    learn('scopes-oidc'),
  ),
  'role-not-exposed': error(
    'A guard requires a role that the API does not declare.',
    learn('scopes-oidc'),
  ),
  'claim-missing': error('A guard needs an optional claim that is not configured.', optionalClaims),
  'claim-advised': notice(
    'An optional claim would make a decision safer or smoother.',
    optionalClaims,
  ),
  'permission-missing': error('`.default` asks for what the registration does not list.', consent),
  'permission-unused': warning(
    'The registration lists application permissions nobody uses.',
    consent,
  ),

  'token-refused': error('The guard refuses the given token.', 'docs/errors.md#reasons'),
  'consent-missing': warning('Nobody has consented to a scope yet.', consent),
  'consent-personal': notice('Each user is asked for consent to a scope.', consent),

  'platform-unreachable': error('The authority cannot be reached.', troubleshooting),
  'platform-refused': error('The platform refuses the request.', troubleshooting),
  'metadata-foreign': error('What answers is not the configured authority.', troubleshooting),
  'tenant-unknown': error('The authority does not know the tenant.', troubleshooting),
  'clock-differs': error(
    'The clock of this machine differs by more than the tolerance.',
    troubleshooting,
  ),
  'clock-drifts': warning('The clock of this machine is wrong.', troubleshooting),

  'app-unreachable': warning('The app does not answer at `baseUrl`.', troubleshooting),
  'app-login-missing': error('The login route of the app leads nowhere.', signIn),
  'app-login-elsewhere': error(
    'The login route of the app leads to another authority or client.',
    signIn,
  ),
  'app-cookie-open': warning(
    'The app sets a cookie without Secure over https.',
    `${troubleshooting}#cookies-and-proxies`,
  ),
} satisfies Record<string, FindingKind>)

export type FindingId = keyof typeof findingKinds
