import { addsToOthers, type Header } from '../../middleware/reply.js'

/** Headers for answers that do not exist yet: with Web requests the answer is made last. */
export interface PendingHeaders {
  /**
   * Remembers headers for the answer to a request; a cookie replaces an earlier one of its name.
   *
   * @returns false when the answer was given before.
   */
  add(request: object, headers: readonly Header[]): boolean
  /** What the answer has to carry; what comes after this comes too late. */
  take(request: object): readonly Header[]
}

export function createPendingHeaders(): PendingHeaders {
  const waiting = new WeakMap<object, readonly Header[]>()
  const answered = new WeakSet<object>()

  return {
    add(request, headers) {
      if (answered.has(request)) return false
      const kept = (waiting.get(request) ?? []).filter((one) => !headers.some(replaces(one)))
      waiting.set(request, [...kept, ...headers])
      return true
    },
    take(request) {
      const headers = waiting.get(request) ?? []
      waiting.delete(request)
      answered.add(request)
      return headers
    },
  }
}

function replaces([name, value]: Header) {
  return ([newName, newValue]: Header): boolean =>
    name === newName && (name !== 'Set-Cookie' || cookieNameOf(value) === cookieNameOf(newValue))
}

function cookieNameOf(setCookie: string): string {
  return setCookie.slice(0, setCookie.indexOf('='))
}

/** Puts headers on an answer; cookies, and headers made readable to pages, that it has stay. */
export function putOn(answer: Headers, headers: readonly Header[]): void {
  for (const [name, value] of headers) {
    if (addsToOthers(name)) answer.append(name, value)
    else answer.set(name, value)
  }
}
