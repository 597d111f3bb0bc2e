// Preloaded into a document's program: it listens where it likes, and the test is told where.
import { Server } from 'node:net'

const listen = Server.prototype.listen

Server.prototype.listen = /** @type {typeof listen} */ (
  /** @this {Server} @param {unknown[]} args */
  function listenAnywhere(...args) {
    this.once('listening', () => process.send?.({ port: Object(this.address()).port }))
    const callback = args.find((arg) => typeof arg === 'function')
    return Reflect.apply(listen, this, [{ port: 0, host: '127.0.0.1' }, callback])
  }
)
