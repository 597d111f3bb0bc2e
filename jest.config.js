/** @type {import('jest').Config} */
export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: {
    '^(\\.{1,2}/.*)\\.js$': '$1',
    '^entrada$': '<rootDir>/src/index.ts',
    '^entrada/redis$': '<rootDir>/src/stores/redis/index.ts',
    '^entrada/emulator$': '<rootDir>/src/emulator/index.ts',
    '^entrada/(express|koa|fastify)$': '<rootDir>/src/adapters/$1/index.ts',
  },
  transform: { '^.+\\.ts$': ['ts-jest', { useESM: true }] },
  setupFilesAfterEnv: ['<rootDir>/test/support/unhandled.ts'],
  reporters: ['default', '<rootDir>/test/contract/table-reporter.js'],
  coverageProvider: 'v8',
  collectCoverageFrom: ['src/**/*.ts'],
  testTimeout: 20_000,
  // Most suites wait for sockets and browsers, so two workers are worth it on two cores.
  maxWorkers: 2,
}
