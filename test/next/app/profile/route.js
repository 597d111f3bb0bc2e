import { identity, signIn } from '../../lib/identity.js'
export const GET = identity.handler([signIn, identity.requireSignIn()], async (request) => {
  const me = await identity.forUser(request).graph.get('/me')
  return Response.json({ name: identity.account(request).name, displayName: me.displayName })
})
