// Every file of this folder is a peer: its default export is a Peer. Nothing else lists them.
import { readdirSync, readFileSync } from 'node:fs'

/**
 * Takes part in the sections that ask for what it has: all but the first three may be absent.
 *
 * @typedef {object} Peer
 * @property {string} name
 * @property {string[]} packages What it is made of; the report tells their versions.
 * @property {'floor' | 'limit' | 'peer' | 'entrada'} kind
 * @property {(platform: object) => Promise<(token: string) => unknown>} [verifier] Checks a token for
 *   the API of rig/tokens.js, and throws when it is not valid.
 * @property {boolean} [remembers] Whether the verifier knows a token again.
 * @property {boolean} [fetchesKeys] Whether it fetches the platform's keys itself.
 * @property {(platform: object) => Promise<Function>} [guard] Express middleware that checks.
 * @property {Record<string, (platform: object, baseUrl: string) => Promise<Function>>} [pages] By the
 *   form of session: an Express application whose `/page` needs a signed-in user.
 * @property {string} [login] Where the user of `pages` signs in.
 * @property {(users: number) => Promise<Record<string, () => Promise<unknown>>>} [tokens] By source:
 *   asks for a token that is there, of one user after the other.
 * @property {number} [mostUsers] For `tokens`; the report says `whyNoMore`.
 * @property {string} [whyNoMore]
 * @property {Record<string, (platform: object) => Promise<Stampede>>} [stampedes] By the grant; where
 *   its name has "refresh token", also with refresh tokens that work once.
 *
 * @typedef {object} Stampede
 * @property {() => Promise<unknown>} ask One of many requests for the same token.
 * @property {() => Promise<void>} [stop]
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

/** What an application installs and imports for each peer: every set of packages once. */
export async function packagesOfPeers() {
  const peers = (await allPeers()).filter(({ kind }) => kind === 'peer')
  const sets = new Map(peers.map(({ packages }) => [packages.join(' with '), packages]))
  return [...sets].map(([name, packages]) => ({ name, packages }))
}

export function versionOf(name) {
  const file = new URL(`../node_modules/${name}/package.json`, import.meta.url)
  return JSON.parse(readFileSync(file, 'utf8')).version
}
