/**
 * Goes on with a value: at once when it is there, and later when it is a promise. For what is asked
 * with every request and nearly always known, where waiting for nothing would cost more than the
 * work itself. What `next` throws is thrown or rejected alike.
 */
export function after<Value, Result>(
  value: Value | Promise<Value>,
  next: (value: Value) => Result | Promise<Result>,
): Result | Promise<Result> {
  return value instanceof Promise ? value.then(next) : next(value)
}
