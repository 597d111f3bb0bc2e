import type { IncomingMessage } from 'node:http'
import { headerOf, rawValuesOf } from './raw-header.js'

/**
 * What views of requests over node:http have in common. Views are classes, so that a request costs
 * one small object: getters and functions are shared by all.
 */
export abstract class NodeView {
  readonly key: IncomingMessage

  constructor(request: IncomingMessage) {
    this.key = request
  }

  get authorization(): readonly string[] {
    return rawValuesOf(this.key, 'authorization')
  }

  header(name: string): string | undefined {
    const value = headerOf(this.key, name)
    // HTTP/2 names the host in a field of its own (RFC 9113 section 8.3.1).
    return value === undefined && name === 'host' ? headerOf(this.key, ':authority') : value
  }
}
