export { authInfoOf, callerOf, type AuthInfoOptions } from './auth-info.js'
export { tokenVerifier } from './token-verifier.js'
