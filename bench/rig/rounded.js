/** A number as tables show it: no more digits than mean anything. */
export function rounded(number) {
  if (Number.isInteger(number)) return String(number)
  if (Math.abs(number) >= 100) return String(Math.round(number))
  return String(Number(number.toPrecision(Math.abs(number) < 1 ? 2 : 3)))
}
