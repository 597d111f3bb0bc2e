// What must and must not compile: checked by the type checker alone, nothing here runs.
import type { TokenCredential } from '@azure/core-auth'
import type { AuthenticationProvider, ClientOptions } from '@microsoft/microsoft-graph-client'
import { entra, type ExpressIdentity } from 'entrada/express'

const identity = entra({
  apis: {
    tasks: { baseUrl: 'https://api.contoso.com', scopes: 'api://tasks/.default' },
    reports: { timeout: 5_000, retry: 1 },
  },
})

identity.api('tasks').forApp() satisfies object
identity.forApp().api('reports') satisfies object
// @ts-expect-error: a name that entra() was not given
identity.api('task')
// @ts-expect-error: the same for a token source
identity.forApp().api('task')
// An app whose APIs are written elsewhere can still be passed around.
identity satisfies Pick<ExpressIdentity<'tasks'>, 'api'>
entra().api('anything') satisfies object

// @ts-expect-error: misspelt
entra({ apis: { tasks: { baseURL: 'https://api.contoso.com' } } })

const source = identity.forApp()
source.credential() satisfies TokenCredential
source.graph.authenticationProvider() satisfies AuthenticationProvider
source.graph.clientOptions() satisfies ClientOptions

interface User {
  readonly displayName: string
}

export async function names(): Promise<readonly string[]> {
  const found: string[] = []
  for await (const { displayName } of source.graph.items<User>('/users')) found.push(displayName)
  const changed = await source.graph.patch<User>('/users/1', { displayName: 'x' })
  const nothing = await source.graph.delete('/users/1')
  // @ts-expect-error: it may have answered with nothing
  nothing.id satisfies unknown
  // @ts-expect-error: the method is in the verb
  await source.graph.get('/users', { method: 'POST' })
  // @ts-expect-error: an API's scopes stand in its configuration
  await source.api('tasks').get('/list', { scopes: 'User.Read' })
  return [...found, changed.displayName]
}
