/**
 * For who writes an adapter to a framework that has none: docs/write-an-adapter.md. Frameworks over
 * `node:http` find more in `entrada/adapter/node`.
 */
export { createIdentity, type Identity, type Socket } from './middleware/identity.js'
export type { ErrorStep, PluginStep, Step } from './middleware/step.js'
export type { RequestView } from './middleware/request-view.js'
export { addsToOthers, type Header, type Reply } from './middleware/reply.js'
export type { Host } from './host/host.js'
export type { EntraOptions } from './middleware/entra-options.js'
export type { ApiOptions } from './middleware/api-options.js'
export type { AdminConsentOptions } from './middleware/admin-consent-options.js'
export type { ProtectedResourceOptions } from './middleware/protected-resource.js'
export type { SignInOptions } from './middleware/sign-in-options.js'
export type { SessionAside } from './stores/session-aside.js'
export { keptOf, type SessionKeep, type SessionPort } from './stores/session-port.js'
export { withinSessionDeadline } from './stores/session-deadline.js'
export { SessionUnavailableError } from './protocol/sign-in-errors.js'
export { FormInvalidError } from './protocol/form-invalid-error.js'
