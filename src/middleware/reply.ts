/** A finished answer that any framework can send. */
export interface Reply {
  readonly status: number
  /** Name and value; a name may come more than once (`Set-Cookie`). */
  readonly headers: readonly Header[]
  readonly body?: string
  /** Headers that others have set and that must not go along with this answer. */
  readonly without?: readonly string[]
}

export type Header = readonly [name: string, value: string]

/** Whether a header is added to what others have set, rather than put in its place. */
export function addsToOthers(name: string): boolean {
  return /^(?:set-cookie|vary|access-control-expose-headers)$/i.test(name)
}

/** Nothing we answer may be kept by a cache: it depends on who asks. */
export const noStore: Header = ['Cache-Control', 'no-store']

/** The answer is another one for another cookie, says a cache that keeps it all the same. */
export const varyByCookie: Header = ['Vary', 'Cookie']

/** A redirect that a browser follows with GET. */
export function redirect(
  status: 302 | 303,
  location: string,
  headers: readonly Header[] = [],
): Reply {
  return { status, headers: [['Location', location], noStore, ...headers] }
}

export function json(status: number, value: unknown, headers: readonly Header[] = []): Reply {
  return {
    status,
    headers: [['Content-Type', 'application/json; charset=utf-8'], noStore, ...headers],
    body: JSON.stringify(value),
  }
}

export function empty(status: number, headers: readonly Header[] = []): Reply {
  return { status, headers: [noStore, ...headers] }
}
