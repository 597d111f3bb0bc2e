import { identity, signIn } from '../../../lib/identity.js'
const auth = identity.handler(signIn, () => new Response('Not Found', { status: 404 }))
export { auth as GET, auth as POST }
