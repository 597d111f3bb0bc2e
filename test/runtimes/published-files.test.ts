import { readFileSync } from 'node:fs'
import { expect, it } from '@jest/globals'

/** Everything that a published file imports, directly or through its chunks. */
function importsOf(entry: string): ReadonlySet<string> {
  const found = new Set<string>()
  const waiting = [new URL(`../../dist/${entry}`, import.meta.url)]
  const read = new Set<string>()
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (read.has(file.href)) continue
    read.add(file.href)
    const source = readFileSync(file, 'utf8')
    for (const [, name = ''] of source.matchAll(/^(?:im|ex)port\b[^'"`]*?["']([^"']+)["']/gm)) {
      if (name.startsWith('.')) waiting.push(new URL(name, file))
      else found.add(name)
    }
  }
  return found
}

it.each(['fetch', 'hono'])('what is bundled for entrada/%s needs no module of Node', (name) => {
  const imports = importsOf(`adapters/${name}/index.js`)
  expect([...imports].filter((one) => one.startsWith('node:'))).toEqual([])
  // The imports were found: these two are behind every entry point.
  expect([...imports]).toEqual(expect.arrayContaining(['jose', 'openid-client']))
})

it('what is bundled for entrada/express needs two packages, and not the emulator', () => {
  const imports = [...importsOf('adapters/express/index.js')].filter((one) => !/^node:/.test(one))
  expect(imports.sort()).toEqual(['jose', 'openid-client'])
})
