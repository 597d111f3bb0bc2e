import { entra } from 'entrada/fetch'

export const identity = entra()
export const signIn = identity.signIn({ scopes: ['User.Read'] })
