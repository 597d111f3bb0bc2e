import { readFileSync } from 'node:fs'
import { describe, expect, it } from '@jest/globals'
import { findingKinds } from '../../src/cli/doctor/finding-kinds.js'
import { doctorCommand } from '../../src/cli/doctor/doctor-command.js'
import { guardFlags } from '../../src/cli/explain/guard-flags.js'
import { aadstsTable } from '../../src/protocol/aadsts.js'

const page = readFileSync('docs/troubleshooting.md', 'utf8')

/** The cells of the table under a heading, without its two first lines. */
function tableUnder(heading: string): string[][] {
  const [, section = ''] = page.split(`${heading}\n`, 2)
  const lines =
    section
      .split(/^#/m)[0]
      ?.split('\n')
      .filter((line) => line.startsWith('|')) ?? []
  return lines.slice(2).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )
}

describe('docs/troubleshooting.md', () => {
  it('explains every AADSTS number as the library does, and no other', () => {
    const rows = aadstsTable.flatMap(({ codes, explanation, cure }) =>
      codes.map((code) => [String(code), explanation, cure]),
    )
    expect(tableUnder('## By AADSTS number').sort()).toEqual(rows.sort())
  })

  it('names every finding of the doctor with its severity, and no other', () => {
    expect(tableUnder('### What it finds')).toEqual(
      Object.entries(findingKinds).map(([id, { severity, meaning }]) => [
        `\`${id}\``,
        severity,
        meaning,
      ]),
    )
  })

  it('names every option of the doctor', () => {
    for (const flag of Object.keys(doctorCommand.flags)) {
      if (flag !== 'help') expect(page).toContain(`--${flag}`)
    }
  })

  it('names every option of the guard that explains a token', () => {
    for (const flag of Object.keys(guardFlags)) expect(page).toContain(`--${flag}`)
  })

  it('is where the findings lead, and so are the other pages they name', () => {
    for (const { docs } of Object.values(findingKinds)) {
      if (docs.startsWith('https:')) continue
      const [path = '', anchor] = docs.split('#')
      const headings = readFileSync(path, 'utf8').match(/^#+ .+$/gm) ?? []
      const anchors = headings.map((line) =>
        line
          .replace(/^#+ /, '')
          .toLowerCase()
          .replaceAll(/[^\w -]/g, '')
          .replaceAll(' ', '-'),
      )
      if (anchor !== undefined) expect(anchors).toContain(anchor)
    }
  })
})
