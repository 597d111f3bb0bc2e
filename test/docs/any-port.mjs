// Preloaded into a document's program: instead of port 3000 it gets a free one, and the test is
// told which.
import { Server } from 'node:net'

const listen = Server.prototype.listen

Server.prototype.listen = /** @type {typeof listen} */ (
  /** @this {Server} @param {unknown[]} args */
  function listenAnywhere(...args) {
    this.once('listening', () => process.send?.({ port: Object(this.address()).port }))
    const [port, ...rest] = args
    return Reflect.apply(listen, this, port === 3000 ? [0, '127.0.0.1', ...rest] : args)
  }
)
