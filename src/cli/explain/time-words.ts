import { shown } from '../../protocol/refusal-reason.js'

/** A time claim as a date, and how far it is from now. */
export function timeInWords(seconds: unknown, now: number): string {
  const date = dateOf(seconds)
  if (date === undefined) return seconds === undefined ? 'not named' : `${shown(seconds)}, no time`
  const away = Math.round((date.getTime() - now) / 1000)
  return `${date.toISOString().replace('.000Z', 'Z')}, ${distance(away)}`
}

/** Undefined for what is no time that a date can hold. */
export function dateOf(seconds: unknown): Date | undefined {
  if (typeof seconds !== 'number') return undefined
  const date = new Date(seconds * 1000)
  return Number.isNaN(date.getTime()) ? undefined : date
}

function distance(seconds: number): string {
  const words = durationInWords(Math.abs(seconds))
  if (seconds === 0) return 'now'
  return seconds > 0 ? `in ${words}` : `${words} ago`
}

const units = [
  [86_400, 'day'],
  [3_600, 'hour'],
  [60, 'minute'],
  [1, 'second'],
] as const

/** The two largest units: `1 hour 5 minutes`. */
export function durationInWords(seconds: number): string {
  let rest = seconds
  const parts = units.flatMap(([size, unit]) => {
    const count = Math.floor(rest / size)
    rest -= count * size
    return count === 0 ? [] : [`${count} ${unit}${count === 1 ? '' : 's'}`]
  })
  return parts.slice(0, 2).join(' ') || '0 seconds'
}
