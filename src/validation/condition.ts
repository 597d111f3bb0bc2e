import type { AccessRefusal } from '../protocol/access-errors.js'
import { isLater } from '../protocol/at-once.js'
import type { Caller } from '../protocol/caller.js'

/** One thing a caller must meet: the refusal when it does not. Settled at construction. */
export type Condition<Kind extends Caller = Caller> = (
  caller: Kind,
) => AccessRefusal | undefined | Promise<AccessRefusal | undefined>

/**
 * Asks one after the other and throws the first refusal, so that the cheap and telling come first.
 * Most conditions answer at once: only what is left after the first that does not is waited for.
 */
export function enforce<Kind extends Caller>(
  conditions: readonly Condition<Kind>[],
  caller: Kind,
): void | Promise<void> {
  for (const [index, condition] of conditions.entries()) {
    const answer = condition(caller)
    if (isLater(answer)) return enforceLater(answer, conditions.slice(index + 1), caller)
    if (answer !== undefined) throw answer
  }
}

async function enforceLater<Kind extends Caller>(
  answer: Promise<AccessRefusal | undefined>,
  others: readonly Condition<Kind>[],
  caller: Kind,
): Promise<void> {
  const refusal = await answer
  if (refusal !== undefined) throw refusal
  await enforce(others, caller)
}
