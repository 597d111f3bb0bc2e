// The floors of docs/architecture.md: imports point down only, rooms of one floor do not know
// each other, and every third party has an address.
const floor = (name) => `^src/${name}/`
const except = (...paths) => paths.map((path) => `^src/${path}`)

/** `fs`, `node:fs`, `fs/promises`: what is resolved to no file. */
const nodeBuiltins = '^(node:)?[a-z0-9_/]+$'

const above = {
  protocol: [
    'platform',
    'stores',
    'host',
    'validation',
    'sign-in',
    'acquisition',
    'middleware',
    'adapters',
  ],
  stores: ['validation', 'sign-in', 'acquisition', 'middleware', 'adapters', 'host'],
  platform: ['stores', 'host', 'validation', 'sign-in', 'acquisition', 'middleware', 'adapters'],
  host: ['platform', 'stores', 'validation', 'sign-in', 'acquisition', 'middleware', 'adapters'],
  validation: ['sign-in', 'acquisition', 'middleware', 'adapters', 'host'],
  'sign-in': ['validation', 'acquisition', 'middleware', 'adapters', 'host'],
  acquisition: ['validation', 'sign-in', 'middleware', 'adapters', 'host'],
  middleware: ['adapters', 'host'],
}

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-orphans',
      severity: 'error',
      from: { orphan: true, path: '^src', pathNot: '\\.d\\.ts$' },
      to: {},
    },
    ...Object.entries(above).map(([name, upper]) => ({
      name: `${name}-imports-down-only`,
      severity: 'error',
      from: { path: floor(name) },
      to: { path: upper.map(floor), pathNot: ['^src/host/host\\.ts$'] },
    })),
    {
      name: 'adapters-do-not-know-each-other',
      severity: 'error',
      from: { path: '^src/adapters/([^/]+)/' },
      to: {
        path: '^src/adapters/',
        pathNot: ['^src/adapters/$1/', '^src/adapters/(node-http|web)/'],
      },
    },
    {
      name: 'emulator-imports-nothing-of-the-library',
      severity: 'error',
      from: { path: floor('emulator') },
      to: { path: '^src/', pathNot: [floor('emulator')] },
    },
    {
      name: 'library-does-not-import-the-emulator',
      severity: 'error',
      from: { path: '^src/', pathNot: except('emulator/', 'cli/') },
      to: { path: floor('emulator') },
    },
    {
      name: 'nobody-imports-the-command-line',
      severity: 'error',
      from: { path: '^src/', pathNot: except('cli/') },
      to: { path: floor('cli') },
    },
    {
      name: 'barrels-only-where-exports-point',
      severity: 'error',
      from: {},
      to: {
        path: '^src/.+/index\\.ts$',
        pathNot: except('adapters/[^/]+/index', 'emulator/index', 'stores/redis/index'),
      },
    },
    {
      name: 'jose-lives-in-platform',
      severity: 'error',
      from: { path: '^src/', pathNot: except('platform/', 'emulator/') },
      to: { path: 'node_modules/jose/' },
    },
    {
      name: 'openid-client-has-three-rooms',
      severity: 'error',
      from: { path: '^src/', pathNot: except('platform/', 'sign-in/', 'acquisition/') },
      to: { path: 'node_modules/openid-client/' },
    },
    {
      name: 'node-builtins-stay-at-the-edges',
      severity: 'error',
      from: {
        path: '^src/',
        pathNot: except(
          'host/node',
          'adapters/(?!web/|fetch/|hono/)',
          'stores/redis',
          'cli/',
          'emulator/',
        ),
      },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'web-adapters-reach-no-node-builtin',
      severity: 'error',
      from: { path: ['^src/adapters/(fetch|hono)/', '^src/host/web'] },
      to: { path: nodeBuiltins, reachable: true },
    },
    {
      name: 'frameworks-are-types-of-their-adapter',
      severity: 'error',
      from: { path: '^src/', pathNot: except('adapters/', 'emulator/') },
      to: { path: 'node_modules/(@types/)?(express|koa|fastify|hono|oidc-provider)' },
    },
    {
      name: 'mcp-and-opentelemetry-have-one-adapter-each',
      severity: 'error',
      from: {
        path: '^src/',
        pathNot: except('adapters/mcp/', 'adapters/opentelemetry/'),
      },
      to: { path: 'node_modules/(@modelcontextprotocol|@opentelemetry)/' },
    },
    {
      name: 'no-dev-dependency-in-the-library',
      severity: 'error',
      from: { path: '^src/', pathNot: except('emulator/', 'cli/') },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only', 'npm-peer'] },
    },
    { name: 'not-to-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'node', 'default'],
    },
  },
}
