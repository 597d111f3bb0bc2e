import base from '../../jest.config.js'

/**
 * The suite that mutants are held against: no server, no waiting.
 *
 * @type {import('jest').Config}
 */
export default {
  ...base,
  rootDir: '../..',
  testMatch: [
    '<rootDir>/test/validation/{bearer,requirement}.test.ts',
    '<rootDir>/test/protocol/bearer-challenge.test.ts',
    '<rootDir>/test/**/*.unit.test.ts',
  ],
}
