// What must not compile: checked by the type checker alone, nothing here runs.
import type { AccessRequirement } from 'entrada'
import { entra } from 'entrada/express'

const identity = entra()

identity.requireScopes('Tasks.Read', 'Tasks.Write')
// @ts-expect-error: nothing required is a mistake, not permission
identity.requireScopes()
// @ts-expect-error: the same for one of several scopes
identity.requireAnyScope()
// @ts-expect-error: the same for an app's permissions
identity.requireAppRoles()
// @ts-expect-error: the same for a user's roles
identity.requireUserRoles()
// @ts-expect-error: a list is spread, so that an empty one shows
identity.requireScopes(['Tasks.Read'])
// @ts-expect-error: a token for nothing in particular
identity.requireToken()

identity.requireAccess({ user: { scopes: ['Tasks.Read'], roles: ['Tasks.Admin'] } })
identity.requireAccess({ user: { anyScope: ['A', 'B'] }, app: { anyRole: ['C'] } })
identity.requireAccess({ app: { listed: true }, clients: ['…'], check: () => true })
// @ts-expect-error: nobody could pass
identity.requireAccess({})
// @ts-expect-error: a client alone says nothing about who may call through it
identity.requireAccess({ clients: ['…'] })
// @ts-expect-error: requires nothing of a user
identity.requireAccess({ user: {} })
// @ts-expect-error: being no guest is not a permission
identity.requireAccess({ user: { guests: 'refuse' } })
// @ts-expect-error: an empty list requires nothing
identity.requireAccess({ user: { scopes: [] } })
// @ts-expect-error: all of them, or one of them
identity.requireAccess({ user: { scopes: ['A'], anyScope: ['B'] } })
// @ts-expect-error: all of them, or one of them
identity.requireAccess({ user: { groups: ['A'], anyGroup: ['B'] } })
// @ts-expect-error: requires nothing of an app
identity.requireAccess({ app: {} })
// @ts-expect-error: an app has no scopes
identity.requireAccess({ app: { scopes: ['Tasks.Read'] } })
// @ts-expect-error: either roles, or the list of clients without any
identity.requireAccess({ app: { roles: ['A'], listed: true } })
// @ts-expect-error: a role belongs to a user or to an app
identity.requireAccess({ roles: ['Tasks.Admin'] })
// @ts-expect-error: misspelt
identity.requireAccess({ user: { scope: ['Tasks.Read'] } })
// @ts-expect-error: a check that answers nothing lets nobody in
identity.requireAccess({ user: { scopes: ['A'] }, check: () => undefined })

// A requirement may be written apart from its guard.
export const readers = { user: { scopes: ['Tasks.Read'] } } satisfies AccessRequirement
identity.requireAccess(readers)
