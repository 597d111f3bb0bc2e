// Every file of this folder is a peer: its default export is a Peer. Nothing else lists them.
import { readdirSync, readFileSync } from 'node:fs'

/**
 * @typedef {object} Peer
 * @property {string} name
 * @property {string[]} packages What it is made of; the report tells their versions.
 * @property {'floor' | 'limit' | 'peer' | 'entrada'} kind
 * @property {(platform: object) => Promise<(token: string) => unknown>} [verifier] Checks a token for
 *   the API of rig/tokens.js, and throws when it is not valid.
 * @property {(platform: object) => Promise<Function>} [guard] Express middleware that does so.
 * @property {(platform: object, baseUrl: string) => Promise<Function>} [page] Express application
 *   whose `/page` needs a signed-in user.
 * @property {string} [signIn] Path at which the user of `page` signs in.
 * @property {(platform: object) => Promise<Record<string, Function>>} [tokens] Token sources.
 */

/** @returns {Promise<(Peer & { id: string })[]>} */
export async function allPeers() {
  const files = readdirSync(new URL('.', import.meta.url)).filter(
    (file) => file.endsWith('.js') && file !== 'index.js',
  )
  const peers = []
  // One after the other: Node 20 cannot require() an ES module that is being imported meanwhile.
  for (const file of files.sort()) peers.push(await peerOf(file.slice(0, -3)))
  return peers
}

export async function peerOf(id) {
  return { id, ...(await import(new URL(`${id}.js`, import.meta.url))).default }
}

export function versionOf(name) {
  const file = new URL(`../node_modules/${name}/package.json`, import.meta.url)
  return JSON.parse(readFileSync(file, 'utf8')).version
}
