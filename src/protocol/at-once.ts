/**
 * Whether a value is still to come. Not by its class: test runners and runtimes load modules into
 * realms of their own, and each realm has a Promise of its own.
 */
export function isLater<Value>(value: Value | Promise<Value>): value is Promise<Value> {
  return (
    typeof value === 'object' &&
    value !== null &&
    'then' in value &&
    typeof value.then === 'function'
  )
}

/**
 * Goes on with a value: at once when it is there, and later when it is a promise. For what is asked
 * with every request and nearly always known, where waiting for nothing would cost more than the
 * work itself. What `next` throws is thrown or rejected alike.
 */
export function after<Value, Result>(
  value: Value | Promise<Value>,
  next: (value: Value) => Result | Promise<Result>,
): Result | Promise<Result> {
  return isLater(value) ? value.then(next) : next(value)
}
