import { rowsOf, type AadstsRow } from './aadsts-row.js'

/** Errors about a user: their session, their consent, their place in the tenant, their token. */
export const userRefusals: readonly AadstsRow[] = [
  ...rowsOf('interaction', [
    [
      [16000],
      'Several accounts are signed in, or the chosen one does not belong to this tenant.',
      'Sign in again with prompt=select_account.',
    ],
    [
      [16002, 160021],
      'The session that the request named by sid does not exist any more.',
      'Sign in again with login_hint instead of sid.',
    ],
    [
      [50014, 50020, 50034, 51004, 90072],
      'The account is not known in this tenant.',
      "Sign in with another account, use the account's own tenant, or invite it as a guest.",
    ],
    [[50053], 'The account is locked.', 'Let the user wait or reset the password, then sign in.'],
    [[50057], 'The account is disabled.', 'Sign in with another account, or have it enabled.'],
    [[50126], 'User name or password is wrong.', 'Let the user sign in again.'],
    [[50055], 'The password has expired.', 'Let the user sign in and choose a new one.'],
    [[50058], 'There is no session to sign in from silently.', 'Let the user sign in.'],
    [
      [50072, 50079],
      'The user has to register for multifactor authentication.',
      'Send the user through a sign-in with the claims of this error.',
    ],
    [
      [50074, 50076],
      'Multifactor authentication is required.',
      'Send the user through a sign-in with the claims of this error.',
    ],
    [
      [50078],
      'The multifactor authentication of this session has expired.',
      'Send the user through a sign-in with the claims of this error.',
    ],
    [
      [50131, 53000, 53001, 530002, 530003],
      'Conditional Access does not accept the device.',
      'Send the user through one sign-in; it shows what the device lacks.',
    ],
    [
      [50132, 50133, 50173],
      'The session was revoked, for example after a change of the password.',
      'Drop the refresh token and let the user sign in.',
    ],
    [[50199], 'The user has to confirm the application.', 'Let the user sign in.'],
    [
      [53003],
      'Conditional Access blocks the access.',
      'Send the user through one sign-in with the claims of this error; it shows the reason.',
    ],
    [[70000], 'The refresh token or code is not valid.', 'Drop it and let the user sign in.'],
    [
      [70008],
      'The code or refresh token has expired or was revoked.',
      'Drop it and let the user sign in.',
    ],
    [[70043], 'The sign-in is older than a policy allows.', 'Let the user sign in again.'],
    [
      [700003],
      'The device of the session was deleted or disabled.',
      'Let the user sign in again, from a device that the organization knows.',
    ],
    [[700082], 'The refresh token was not used for 90 days.', 'Drop it and let the user sign in.'],
    [
      [700084],
      'The refresh token belongs to a single-page application and lives 24 hours.',
      'Let the user sign in. For a web server, register the redirect URI for the Web platform.',
    ],
  ]),
  ...rowsOf('restart', [
    [
      [54005],
      'The authorization code was redeemed before.',
      'Start the sign-in again; a code works once.',
    ],
    [
      [50147, 50148, 50149, 501481],
      'The PKCE verifier does not belong to the authorization code.',
      'Start the sign-in again; the response came to another transaction than its own.',
    ],
    [
      [700005],
      'The authorization code was issued by another tenant than the one it was sent to.',
      'Start the sign-in again, and redeem the code at the tenant where it began.',
    ],
  ]),
  ...rowsOf('user-consent', [
    [
      [65001],
      'Neither the user nor an administrator has consented to the scopes.',
      'Send the user through a sign-in for these scopes, as identity.errors() behind the routes of a web app does, ' +
        'or let an administrator consent.',
    ],
  ]),
  ...rowsOf('admin-consent', [
    [
      [90094],
      'The scopes need the consent of an administrator.',
      'Let an administrator open the admin consent page.',
    ],
    [
      [90095],
      'The user may only request consent, and an administrator has to approve it.',
      'Tell the user that the request waits for an administrator.',
    ],
  ]),
  ...rowsOf('denied', [
    [[65004], 'The user declined to consent.', 'Tell the user what does not work without it.'],
    [
      [50105],
      'The user is not assigned to the application, which requires assignment.',
      'Have an administrator assign the user or a group under "Enterprise applications".',
    ],
    [
      [530032, 530035],
      'A security policy or the security defaults of the tenant block the access.',
      'Have an administrator look at the sign-in log of the tenant.',
    ],
    [
      [1000031],
      'The application cannot be used in this tenant at the moment.',
      'Have an administrator look at the application under "Enterprise applications".',
    ],
  ]),
  ...rowsOf('caller-token', [
    [
      [50013],
      "The caller's token does not stand as an assertion: its signature, issuer or version.",
      'The caller has to send an access token that the platform issued for this API.',
    ],
    [
      [500131],
      "The caller's token was issued for another application than this API.",
      'Validate tokens with the client ID whose credential is used for on-behalf-of.',
    ],
    [
      [500133],
      "The caller's token has expired or is not valid yet.",
      'The caller has to send a fresh token; compare the clocks if it was fresh.',
    ],
    [
      [240002],
      'The caller sent an ID token, which cannot be exchanged.',
      'The caller has to send an access token for this API.',
    ],
    [
      [7000114],
      "The caller's token is app-only, so there is no user to act on behalf of.",
      'Call the next API with a token of the application itself.',
    ],
  ]),
]
