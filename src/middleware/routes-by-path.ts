import type { SignInRoutes } from './sign-in-options.js'

/** The routes of a sign-in, found by the path that each is to have. */
export function routesByPath<Route>(
  { login, callback, logout, frontChannelLogout }: SignInRoutes,
  byName: Record<keyof SignInRoutes, Route>,
): ReadonlyMap<string, Route> {
  return new Map([
    [login, byName.login],
    [callback, byName.callback],
    [logout, byName.logout],
    [frontChannelLogout, byName.frontChannelLogout],
  ])
}
