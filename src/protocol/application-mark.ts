/**
 * What follows the `entrada…` in names that a browser or a session keeps for several applications:
 * the beginning of a client ID tells them apart, and is sent or hashed with every request. The seals
 * tell apart whoever still shares one.
 */
export function applicationMark(clientId: string): string {
  return clientId.slice(0, 8)
}
