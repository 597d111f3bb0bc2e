import { badRequest } from './graph-error.js'
import type { GraphCall } from './graph-call.js'

export interface Paging {
  /** The option that carries the place of the next page. */
  cursor: '$skip' | '$skiptoken'
  defaultSize: number
  maximumSize: number
}

export interface PageOfItems<T> {
  items: readonly T[]
  /** The `@odata.nextLink` member, when there is more. */
  next: { '@odata.nextLink'?: string }
}

/** Cuts one page, with a link to the next on the host that was called. */
export function pageOf<T>(all: readonly T[], call: GraphCall, paging: Paging): PageOfItems<T> {
  const size = wholeNumber(call.query, '$top', { least: 1, most: paging.maximumSize })
  const start = wholeNumber(call.query, paging.cursor, { least: 0, most: Number.MAX_SAFE_INTEGER })
  const from = start ?? 0
  const end = from + (size ?? paging.defaultSize)
  return {
    items: all.slice(from, end),
    next: end < all.length ? { '@odata.nextLink': linkTo(call, paging.cursor, end) } : {},
  }
}

function linkTo(call: GraphCall, cursor: string, start: number): string {
  const query = new URLSearchParams(call.query)
  query.set(cursor, String(start))
  return `${call.origin}${call.path}?${query.toString()}`
}

function wholeNumber(
  query: URLSearchParams,
  name: string,
  { least, most }: { least: number; most: number },
): number | undefined {
  const text = query.get(name)
  if (text === null) return undefined
  const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN
  if (value >= least && value <= most) return value
  throw badRequest(
    `Invalid value '${text}' for ${name} query option found. It takes a whole number from ${least} to ${most}.`,
  )
}
