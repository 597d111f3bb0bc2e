import base from '../../jest.config.js'

/** The one suite that needs Next; scripts/check-next.js installs it and builds ./app first. */
/** @type {import('jest').Config} */
export default {
  ...base,
  rootDir: '../..',
  roots: ['<rootDir>/test/next'],
  testMatch: ['**/*.next.ts'],
  reporters: ['default'],
}
