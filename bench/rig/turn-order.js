/**
 * The order of a round. Over twice as many rounds as there are contenders, everybody comes first, and
 * after everybody else, equally often (a Williams design): a process may still be collecting its
 * garbage when the next one has its turn.
 *
 * @template One
 * @param {readonly One[]} all
 * @param {number} round From 0.
 * @returns {One[]}
 */
export function orderIn(all, round) {
  const size = all.length
  const zigzag = all.map((_, place) => (place % 2 === 1 ? (place + 1) / 2 : size - place / 2))
  const order = zigzag.map((place) => all[(place + round) % size])
  return Math.floor(round / size) % 2 === 1 ? order.reverse() : order
}
