import type { JsonSchema } from './json-schema.js'
import { flag, guid, listOf, text, texts } from './schema-parts.js'

const signInAudience: JsonSchema = {
  enum: [
    'AzureADMyOrg',
    'AzureADMultipleOrgs',
    'AzureADandPersonalMicrosoftAccount',
    'PersonalMicrosoftAccount',
  ],
}

const optionalClaims: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  properties: { accessToken: texts(), idToken: texts() },
}

/** An application in the emulator's own short form. */
export const applicationSchema: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['appId', 'displayName', 'tenantId'],
  properties: {
    appId: guid('Application (client) id.'),
    displayName: text(),
    tenantId: guid('The tenant that registered the application.'),
    signInAudience,
    servicePrincipals: {
      type: 'object',
      description: 'Object ids of the service principals, by tenant id.',
      additionalProperties: guid(),
    },
    identifierUris: texts('Application ID URIs.'),
    redirectUris: texts('Redirect URIs of a web server.'),
    spaRedirectUris: texts('Redirect URIs of pages.'),
    enableIdTokenIssuance: flag(),
    enableAccessTokenIssuance: flag(),
    appRoleAssignmentRequired: flag('Only assigned users and clients get in.'),
    logoutUrl: text('Front-channel logout URL.'),
    secrets: texts(),
    certificates: texts('X.509 certificates, PEM.'),
    federatedCredentials: listOf({
      type: 'object',
      additionalProperties: false,
      required: ['name', 'issuer', 'subject', 'audience'],
      properties: { name: text(), issuer: text(), subject: text(), audience: text() },
    }),
    isFallbackPublicClient: flag('Redeems codes without a credential.'),
    requestedAccessTokenVersion: { enum: [1, 2] },
    scopes: listOf({
      type: 'object',
      additionalProperties: false,
      required: ['value', 'type', 'displayName', 'description'],
      properties: {
        id: guid(),
        value: text(),
        type: { enum: ['User', 'Admin'] },
        displayName: text(),
        description: text(),
      },
    }),
    appRoles: listOf({
      type: 'object',
      additionalProperties: false,
      required: ['value', 'allowedMemberTypes', 'displayName'],
      properties: {
        id: guid(),
        value: text(),
        allowedMemberTypes: listOf({ enum: ['User', 'Application'] }),
        displayName: text(),
      },
    }),
    knownClientApplications: listOf(guid()),
    preAuthorizedApplications: listOf({
      type: 'object',
      additionalProperties: false,
      required: ['appId', 'scopes'],
      properties: { appId: guid(), scopes: texts() },
    }),
    requiredResourceAccess: listOf({
      type: 'object',
      additionalProperties: false,
      required: ['resourceAppId'],
      properties: { resourceAppId: guid(), scopes: texts(), roles: texts() },
    }),
    optionalClaims,
    groupMembershipClaims: {
      enum: ['None', 'SecurityGroup', 'DirectoryRole', 'ApplicationGroup', 'All'],
    },
  },
}

/**
 * An application as Microsoft Graph writes it. Only what the emulator reads is listed: a real export
 * has many more members, and nulls where nothing was set.
 * https://learn.microsoft.com/graph/api/resources/application
 */
export const registrationSchema: JsonSchema = {
  type: 'object',
  required: ['appId', 'displayName'],
  properties: {
    appId: guid('Application (client) id.'),
    displayName: text(),
    signInAudience,
    identifierUris: texts(),
    appRoles: listOf({ type: 'object', required: ['id', 'allowedMemberTypes'] }),
    requiredResourceAccess: listOf({
      type: 'object',
      required: ['resourceAppId', 'resourceAccess'],
      properties: {
        resourceAppId: guid(),
        resourceAccess: listOf({
          type: 'object',
          required: ['id', 'type'],
          properties: { id: guid(), type: { enum: ['Scope', 'Role'] } },
        }),
      },
    }),
  },
}
