/** What an API calls an error, when it is a code rather than words: words may name people and things. */
export function errorCodeIn(value: unknown): string | undefined {
  return typeof value === 'string' && /^[\w.-]{1,100}$/.test(value) ? value : undefined
}
