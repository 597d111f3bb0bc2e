// What was asked of entrada: a cell of a table that also says whether it holds, for all to be listed.

/**
 * @typedef {object} Target
 * @property {string} what Such as "a new token".
 * @property {number} measured
 * @property {string} target Such as "≤ 1.1 × jose".
 * @property {boolean} met
 * @property {number} [byHand] What the same work written by hand has come to in the same run.
 */

/** @returns {Target} */
export function atMost(limit, what, measured, unit = '', byHand = undefined) {
  return { what, measured, target: `≤ ${limit}${unit}`, met: measured <= limit, byHand }
}

/** @returns {Target} */
export function atLeast(limit, what, measured, unit = '', byHand = undefined) {
  return { what, measured, target: `≥ ${limit}${unit}`, met: measured >= limit, byHand }
}

export const outcomeOf = ({ met }) => (met ? 'met' : '**missed**')

/** Every target in the cells of tables; a cell may hold several. */
export function targetsIn(tables) {
  return tables.flatMap(({ rows }) =>
    rows.flatMap((cells) => cells.flat().filter((cell) => cell?.target !== undefined)),
  )
}
