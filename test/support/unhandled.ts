import { afterEach, expect } from '@jest/globals'

const escaped: unknown[] = []
process.on('unhandledRejection', (reason) => escaped.push(reason))

// A rejection that nobody handled kills a production process, so it fails the test that caused it.
afterEach(() => {
  expect(escaped.splice(0)).toEqual([])
})
