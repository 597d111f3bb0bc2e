#!/usr/bin/env node
import { nodeTerminal } from './node-terminal.js'
import { run } from './run.js'

// Set rather than exited with, so that what was printed into a pipe arrives.
process.exitCode = await run(process.argv.slice(2), nodeTerminal)
