// One file of JavaScript for each entry point, and what several of them need in chunks that they
// share: a class or a memory exists once, whoever imports it. tsc writes the declarations.
import { readFileSync } from 'node:fs'
import { isAbsolute } from 'node:path'
import { build } from 'rolldown'

const { exports, bin } = JSON.parse(readFileSync('package.json', 'utf8'))

/** Paths below src and dist, without their ending: `adapters/express/index`. */
const entryPoints = [...Object.values(exports), ...Object.values(bin)]
  .map((file) => /^(?:\.\/)?dist\/(.+)\.js$/.exec(file)?.[1])
  .filter((name) => name !== undefined)

/** Is no entry point of its own, but scripts/write-schema.js publishes it as JSON. */
const schema = 'emulator/directory-file/directory-schema'

await build({
  input: Object.fromEntries([...entryPoints, schema].map((name) => [name, `src/${name}.ts`])),
  external: (id) => !id.startsWith('.') && !isAbsolute(id),
  platform: 'neutral',
  transform: { target: 'node20.19' },
  output: {
    dir: 'dist',
    cleanDir: true,
    entryFileNames: '[name].js',
    chunkFileNames: 'chunks/[name].js',
    // Names stay readable for stack traces; what the docstrings say is in the declarations.
    minifyInternalExports: false,
    comments: { jsdoc: false },
  },
})
