import type { Caller } from '../protocol/caller.js'

/** At least one, so that "nothing required" does not compile. */
export type NonEmpty<Value> = readonly [Value, ...Value[]]

type AllOrAny<All extends string, Any extends string> =
  | ({ readonly [Key in All]: NonEmpty<string> } & { readonly [Key in Any]?: never })
  | ({ readonly [Key in Any]: NonEmpty<string> } & { readonly [Key in All]?: never })
  | ({ readonly [Key in All]?: never } & { readonly [Key in Any]?: never })

type AtLeastOne<Keys extends string> = {
  [Key in Keys]: { readonly [Only in Key]: NonEmpty<string> }
}[Keys]

/** What a user's token must hold; every key that is given must hold. */
export type UserRequirement = AllOrAny<'scopes', 'anyScope'> &
  AllOrAny<'roles', 'anyRole'> &
  AllOrAny<'groups', 'anyGroup'> & {
    /** Authentication contexts (`c1` … `c99`), all of them. */
    readonly acrs?: NonEmpty<string>
    /** `'refuse'` turns away guests of the tenant, `'only'` everyone else. */
    readonly guests?: 'refuse' | 'only'
  } & AtLeastOne<'scopes' | 'anyScope' | 'roles' | 'anyRole' | 'groups' | 'anyGroup' | 'acrs'>

/** What an app-only token must hold: application permissions, which arrive as `roles`. */
export type AppRequirement =
  | { readonly roles: NonEmpty<string>; readonly anyRole?: never; readonly listed?: never }
  | { readonly anyRole: NonEmpty<string>; readonly roles?: never; readonly listed?: never }
  /** Apps without roles that `allowClientsWithoutPermissions` names. */
  | { readonly listed: true; readonly roles?: never; readonly anyRole?: never }

interface CommonRequirement {
  /** Client IDs of the apps that may call. */
  readonly clients?: NonEmpty<string>
  /** GUIDs of the tenants that may call, out of those that the API accepts at all. */
  readonly tenants?: NonEmpty<string>
  /** The app's own check, asked last; anything but `true` refuses. */
  readonly check?: (caller: Caller) => boolean | Promise<boolean>
}

/**
 * Who may use a route. A kind of caller that is not named is refused; within a kind every key
 * must hold.
 *
 * @example
 * requireAccess({ user: { scopes: ['Tasks.Read'] }, app: { roles: ['Tasks.Read.All'] } })
 */
export type AccessRequirement = CommonRequirement &
  (
    | { readonly user: UserRequirement; readonly app?: AppRequirement }
    | { readonly user?: UserRequirement; readonly app: AppRequirement }
  )
