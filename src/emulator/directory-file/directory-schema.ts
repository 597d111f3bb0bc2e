import type { JsonSchema } from './json-schema.js'
import { applicationSchema, registrationSchema } from './application-schema.js'
import { guid, listOf, text, texts } from './schema-parts.js'

/** Published with the package as `entrada/emulator/directory.schema.json`. */
export const directorySchema: JsonSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'Directory of the entrada emulator',
  description:
    'A whole directory, or one or several app registrations as `az ad app show` prints them. What is left out is taken from Contoso.',
  anyOf: [
    { $ref: '#/$defs/directory' },
    { $ref: '#/$defs/registration' },
    { $ref: '#/$defs/registrations' },
    { $ref: '#/$defs/registrationList' },
  ],
  $defs: {
    directory: {
      type: 'object',
      additionalProperties: false,
      properties: {
        $schema: text('Where this schema is, for editors.'),
        tenants: { type: 'array', minItems: 1, items: { $ref: '#/$defs/tenant' } },
        applications: {
          type: 'array',
          items: { anyOf: [{ $ref: '#/$defs/application' }, { $ref: '#/$defs/registration' }] },
        },
        delegatedGrants: listOf({ $ref: '#/$defs/delegatedGrant' }),
        applicationGrants: listOf({ $ref: '#/$defs/applicationGrant' }),
        managedIdentities: listOf({ $ref: '#/$defs/managedIdentity' }),
      },
    },
    registrations: listOf({ $ref: '#/$defs/registration' }),
    registrationList: {
      type: 'object',
      required: ['value'],
      properties: { value: listOf({ $ref: '#/$defs/registration' }) },
    },
    application: applicationSchema,
    registration: registrationSchema,
    tenant: {
      type: 'object',
      additionalProperties: false,
      required: ['id', 'displayName', 'domains', 'users'],
      properties: {
        id: guid('The tenant’s id: `tid` in tokens.'),
        displayName: text(),
        domains: { ...texts('Verified domains, the initial one first.'), minItems: 1 },
        users: listOf({ $ref: '#/$defs/user' }),
        userConsent: { enum: ['allowed', 'forbidden'] },
        countryLetterCode: text('`tenant_ctry`, an optional claim.'),
      },
    },
    user: {
      type: 'object',
      additionalProperties: false,
      required: ['id', 'userPrincipalName', 'displayName'],
      properties: {
        id: guid('Object id in this tenant: `oid` in tokens.'),
        userPrincipalName: text(),
        displayName: text(),
        givenName: text(),
        surname: text(),
        mail: text(),
        userType: { enum: ['Member', 'Guest', 'Personal'], description: 'Member when left out.' },
        accountEnabled: { type: 'boolean' },
        isAdmin: { type: 'boolean', description: 'May consent for the organization.' },
        homeTenantId: guid('Guests: the tenant they come from.'),
        homeId: guid('Guests: their object id there.'),
        groups: texts('Object ids of groups.'),
        directoryRoles: texts('Template ids of directory roles: `wids`.'),
        usageLocation: text('`ctry`, an optional claim.'),
        appRoles: {
          type: 'object',
          description: 'App roles by the application id that declares them.',
          additionalProperties: texts(),
        },
        messages: listOf({
          type: 'object',
          additionalProperties: false,
          required: ['subject', 'from', 'receivedDateTime', 'bodyPreview'],
          properties: {
            subject: text(),
            from: text(),
            receivedDateTime: text(),
            bodyPreview: text(),
          },
        }),
      },
    },
    delegatedGrant: {
      type: 'object',
      additionalProperties: false,
      required: ['tenant', 'client', 'resource', 'user', 'scopes'],
      properties: {
        tenant: guid(),
        client: guid('Application id of the client.'),
        resource: guid('Application id of the API.'),
        user: text('Object id of the user, or `everyone`.'),
        scopes: texts(),
      },
    },
    applicationGrant: {
      type: 'object',
      additionalProperties: false,
      required: ['tenant', 'client', 'resource', 'roles'],
      properties: {
        tenant: guid(),
        client: guid('Application id of the client.'),
        resource: guid('Application id of the API.'),
        roles: texts(),
      },
    },
    managedIdentity: {
      type: 'object',
      additionalProperties: false,
      required: ['clientId', 'principalId', 'tenantId', 'type'],
      properties: {
        clientId: guid(),
        principalId: guid(),
        tenantId: guid(),
        type: { enum: ['SystemAssigned', 'UserAssigned'] },
      },
    },
  },
}
