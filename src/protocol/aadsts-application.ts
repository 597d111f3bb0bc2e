import { rowsOf, type AadstsRow } from './aadsts-row.js'

/** Errors about the application: its credential, its registration, its requests; and the platform's. */
export const applicationRefusals: readonly AadstsRow[] = [
  ...rowsOf('credential', [
    [
      [50012, 700027, 7000274],
      'The signature of the client assertion does not fit a certificate of the app registration.',
      'Upload the certificate that is configured, or configure the one that is registered.',
    ],
    [
      [50048],
      'Issuer and subject of the client assertion differ.',
      'Both must be the client ID; for a foreign issuer use a federated credential.',
    ],
    [
      [70002, 7000215],
      'The client secret is wrong.',
      'Use the value of the secret, shown once when it was made, not its ID.',
    ],
    [
      [7000218],
      'The request carries neither a client secret nor a client assertion.',
      'Configure a credential; the registration is not that of a public client.',
    ],
    [
      [7000222],
      'The client secret has expired.',
      'Make a new one under "Certificates & secrets" and configure its value.',
    ],
    [
      [700024],
      'The client assertion is outside its time range.',
      "Set this machine's clock; for a federated credential fetch a fresh assertion.",
    ],
    [
      [700025],
      'The registration is that of a public client, and a credential was sent.',
      'Register the redirect URI for the Web platform instead of a public client.',
    ],
    [
      [7000214, 7000277],
      'The certificate of the client assertion was revoked.',
      'Register and configure a new certificate.',
    ],
    [
      [1000502],
      'The certificate of the client assertion is outside its validity.',
      'Register and configure a certificate that is valid now.',
    ],
    [
      [70021, 700213],
      'No federated credential of the app registration fits the assertion.',
      'Compare issuer, subject and audience letter by letter; case counts.',
    ],
    [
      [700211],
      'No federated credential has the issuer of the assertion.',
      'Compare the issuer with the federated credential letter by letter; case counts.',
    ],
    [
      [700212],
      'No federated credential has the audience of the assertion.',
      'Fetch the assertion for api://AzureADTokenExchange, or its form in your cloud.',
    ],
    [
      [700229],
      'The assertion of the federated credential is the token of a user.',
      'Use the app-only token of a managed identity or an application.',
    ],
  ]),
  ...rowsOf('configuration', [
    [
      [28000],
      'The scopes name more than one resource.',
      'Acquire a token for each resource on its own.',
    ],
    [
      [28002],
      'The scopes do not yield an access token.',
      'Name a scope of a resource, such as its .default.',
    ],
    [
      [28003],
      'The request redeems a code without naming a scope.',
      'Name the scope when the code is redeemed.',
    ],
    [
      [50001],
      'The resource is disabled or does not exist in this tenant.',
      'Compare the resource with the Application ID URI of the API.',
    ],
    [
      [500011],
      'The tenant knows no application by the identifier of the resource.',
      'Compare it with the Application ID URI of the API, or have the API added to the tenant.',
    ],
    [
      [500014],
      'The API is disabled in this tenant.',
      'Have an administrator enable it under "Enterprise applications".',
    ],
    [
      [50011],
      'The redirect URI is not one of the app registration.',
      'Register the redirect URI exactly as the application sends it.',
    ],
    [
      [50059, 90019],
      'The request does not tell which tenant it is for.',
      'Configure the tenant by its GUID or domain.',
    ],
    [
      [50194],
      'The application is registered for one tenant and was used with common.',
      'Configure that tenant, or make the registration multitenant.',
    ],
    [
      [65002],
      'Consent between two applications of Microsoft has to be set up by Microsoft.',
      'Use an app registration of your own.',
    ],
    [
      [650052],
      'The organization has no subscription to the API, or never added it.',
      'Have an administrator add or enable the API in the tenant.',
    ],
    [
      [650053],
      'The API has no scope of this name.',
      'Compare it with "Expose an API"; a name without a resource is one of Microsoft Graph.',
    ],
    [
      [650056],
      'The app registration lists no permission for the resource, or consent is missing.',
      'Add the permission under "API permissions" and let an administrator consent.',
    ],
    [
      [650057],
      'The resource is not among the API permissions of the app registration.',
      'Add it under "API permissions".',
    ],
    [
      [650059],
      'The application is registered for one other tenant.',
      'Use an account of that tenant, or make the registration multitenant.',
    ],
    [
      [70001, 700011, 700016],
      'The tenant knows no application with this client ID.',
      'Compare client ID and tenant, or have an administrator consent in this tenant first.',
    ],
    [
      [70003],
      'The application may not use this grant.',
      'Compare the grant with the platform of the app registration.',
    ],
    [
      [70005, 700051, 700054],
      'The response type is not enabled for the application.',
      'Use the code flow, or enable ID tokens under "Authentication".',
    ],
    [
      [70011],
      'A scope is not valid, or .default stands beside another scope.',
      'Write {resource}/.default alone, or full names of scopes.',
    ],
    [
      [1002012],
      'An app-only token was asked for with a scope that is not .default.',
      'Ask for {resource}/.default.',
    ],
    [
      [700022, 700023],
      'The scopes name several resources, or none.',
      'Name the scopes of one resource.',
    ],
    [
      [7000112],
      'The application is disabled in this tenant.',
      'Have an administrator enable it under "Enterprise applications".',
    ],
    [
      [90002],
      'There is no such tenant in this cloud.',
      'Compare the tenant ID, and the authority host with the cloud of the tenant.',
    ],
    [
      [90009],
      'The application asks for a token for itself by its URI.',
      'Name its client ID instead, or give API and web application a registration each.',
    ],
    [
      [90014, 900144],
      'A required parameter is missing from the request.',
      'If nothing between the application and the platform removes it, report a bug.',
    ],
    [
      [9001023],
      'The grant does not work on common or consumers.',
      'Configure the tenant by its GUID or domain.',
    ],
    [
      [90023],
      'The request is malformed.',
      'If nothing between the application and the platform changes it, report a bug.',
    ],
    [
      [900971],
      'The request names no redirect URI, and the registration has none.',
      'Register a redirect URI for the Web platform.',
    ],
    [
      [901002],
      'The request has a resource parameter, which the v2.0 endpoint does not take.',
      'Name the resource in the scope, as {resource}/.default.',
    ],
    [
      [9010010],
      'The resource parameter names another API than the scopes do.',
      'Register the value of the parameter as an Application ID URI of the API, letter by letter, or leave the parameter out.',
    ],
    [
      [900439],
      'The account belongs to the cloud for the US Government.',
      'Set the authority host to https://login.microsoftonline.us.',
    ],
  ]),
  {
    codes: [9002313],
    kind: 'configuration',
    explanation: 'The request is malformed, or the code or refresh token in it is.',
    cure: 'Drop the code or refresh token and let the user sign in.',
    kindByError: { invalid_grant: 'interaction' },
  },
  ...rowsOf('throttled', [
    [
      [50196],
      'The application asked for the same token too often within five minutes.',
      'Keep tokens for as long as they are valid, and do not repeat refused requests.',
    ],
    [
      [90055],
      'The tenant receives too many requests.',
      'Wait before asking again, and keep tokens for as long as they are valid.',
    ],
  ]),
  ...rowsOf('transient', [
    [[50033, 90006, 90024, 90033, 90090], 'The platform has a passing fault.', 'Ask again soon.'],
  ]),
]
