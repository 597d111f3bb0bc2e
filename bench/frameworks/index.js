// Every file of this folder is a framework; nothing else lists them.
import { readdirSync } from 'node:fs'

/**
 * @typedef {object} Framework
 * @property {string} name
 * @property {string[]} packages
 * @property {(...guards: Function[]) => Function | Promise<Function>} route The listener for an
 *   HTTP server with the route `/tasks`, which answers `{ tasks: [] }`.
 * @property {(options: object, scope: string) => Function | Promise<Function>} guarded The same
 *   route behind entrada.
 */

/** @returns {Promise<(Framework & { id: string })[]>} */
export async function allFrameworks() {
  const files = readdirSync(new URL('.', import.meta.url)).filter(
    (file) => file.endsWith('.js') && file !== 'index.js',
  )
  return Promise.all(files.sort().map((file) => frameworkOf(file.slice(0, -3))))
}

export async function frameworkOf(id) {
  const { default: framework } = await import(new URL(`${id}.js`, import.meta.url))
  return { ...framework, id }
}
