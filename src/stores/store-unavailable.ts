/** The store did not answer; whoever can do without it goes on without it. Never leaves this library. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable'
}
