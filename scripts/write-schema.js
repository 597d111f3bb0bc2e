// The schema of the emulator's directory file is checked by the emulator and published as JSON.
import { writeFileSync } from 'node:fs'
import { directorySchema } from '../dist/emulator/directory-file/directory-schema.js'

writeFileSync(
  'dist/emulator/directory.schema.json',
  `${JSON.stringify(directorySchema, undefined, 2)}\n`,
)
