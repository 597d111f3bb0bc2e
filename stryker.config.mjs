// Mutation testing of what stands between a request and a protected route. The suite is the part of
// the tests that needs no HTTP, so that a mutant costs a second: test/mutation/README.md.

export default {
  mutate: [
    'src/validation/**/*.ts',
    'src/protocol/{access-errors,at-once,bearer-challenge,caller,refusal-reason,tenant-policy}.ts',
    'src/middleware/{api-guards,callers}.ts',
  ],
  testRunner: 'jest',
  testRunnerNodeArgs: ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'],
  jest: { projectType: 'custom', configFile: 'test/mutation/jest.config.js' },
  coverageAnalysis: 'perTest',
  concurrency: 1,
  // Modules of finished runs are not collected: a worker grows by megabytes with each mutant.
  maxTestRunnerReuse: 40,
  timeoutMS: 10_000,
  ignorePatterns: ['/dist', '/docs', '/examples', '/coverage', '/reports', '*.tgz'],
  reporters: ['clear-text', 'html', 'json'],
  clearTextReporter: { allowColor: false, reportTests: false },
  htmlReporter: { fileName: 'reports/mutation/index.html' },
  jsonReporter: { fileName: 'reports/mutation/report.json' },
  thresholds: { high: 98, low: 95, break: 95 },
}
