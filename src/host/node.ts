import cluster from 'node:cluster'
import { channel } from 'node:diagnostics_channel'
import { readFileSync } from 'node:fs'
import type { Host } from './host.js'

/** Node, and runtimes that offer Node's modules. */
export const nodeHost: Host = {
  environment: process.env,
  isClusterWorker: cluster.isWorker,
  readFile: (path) => readFileSync(path, 'utf8'),
  warn: (message) => {
    process.emitWarning(message, 'EntradaWarning')
  },
  publish: (event) => {
    channel(`entrada:${event.type}`).publish(event)
  },
}
