/** Does one piece of work after the other, for each name on its own. */
export type Turns = (name: string, work: () => Promise<void>) => Promise<void>

export function createTurns(): Turns {
  const last = new Map<string, Promise<void>>()

  return async function inTurn(name, work) {
    const turn = (last.get(name) ?? Promise.resolve()).then(work, work)
    last.set(name, turn)
    try {
      await turn
    } finally {
      if (last.get(name) === turn) last.delete(name)
    }
  }
}
