import type { AccessRefusal } from '../protocol/access-errors.js'
import type { Caller } from '../protocol/caller.js'

/** One thing a caller must meet: the refusal when it does not. Settled at construction. */
export type Condition<Kind extends Caller = Caller> = (
  caller: Kind,
) => AccessRefusal | undefined | Promise<AccessRefusal | undefined>

/** Asks one after the other and throws the first refusal, so that the cheap and telling come first. */
export async function enforce<Kind extends Caller>(
  conditions: readonly Condition<Kind>[],
  caller: Kind,
): Promise<void> {
  for (const condition of conditions) {
    const answer = condition(caller)
    // Most answer at once, and are not waited for.
    const refusal = answer instanceof Promise ? await answer : answer
    if (refusal !== undefined) throw refusal
  }
}
