// What must not compile: checked by the type checker alone, nothing here runs.
import { entra, type SignInOptions } from 'entrada/express'

interface Customer {
  readonly plan: string
}
const found: Customer | undefined = undefined as Customer | undefined
const missing: Customer | null = null as Customer | null

const identity = entra()
const signIn = (afterSignIn: NonNullable<SignInOptions['afterSignIn']>) =>
  identity.signIn({ afterSignIn })

signIn(() => undefined)
signIn(() => found)
signIn(async () => Promise.resolve(found ?? false))
signIn((account) => account.tenantId === 'ours')
signIn(async (account, user) => {
  await user.graph.get(`/users/${account.objectId}`)
})
// @ts-expect-error: a search that found nobody is no answer
signIn(() => missing)
// @ts-expect-error: nor is the promise of one
signIn(async () => Promise.resolve(missing))
// @ts-expect-error: nor is a text
signIn(() => 'yes')
signIn(({ name }) => {
  console.log(name)
})

declare function audit(account: object): Promise<void>
signIn(audit)
signIn((account) => audit(account))
