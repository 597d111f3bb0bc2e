import { accessSync, constants } from 'node:fs'
import { describe, it } from '@jest/globals'

/** A program that a suite needs beside Node, and how to have it. */
export interface Service {
  name: string
  executable: string
  installation: string
}

export const chromium: Service = {
  name: 'chromium',
  executable: '/usr/bin/chromium',
  installation: 'Debian: apt-get install chromium',
}

/**
 * A suite that needs a program of the machine. Without the program the suite is skipped and says
 * so; with ENTRADA_REQUIRE_SERVICES=1, as in CI, it fails.
 */
export function describeWithService(service: Service, title: string, suite: () => void): void {
  if (isInstalled(service)) {
    describe(title, suite)
    return
  }
  const missing = `${service.name} is not installed`
  if (process.env['ENTRADA_REQUIRE_SERVICES'] === '1') {
    describe(title, () => {
      it(`has ${service.name}`, () => {
        throw new Error(`${missing}, but ENTRADA_REQUIRE_SERVICES=1. ${service.installation}`)
      })
    })
    return
  }
  process.stderr.write(`${title}: ${missing}; these tests were skipped. ${service.installation}\n`)
  describe.skip(title, suite)
}

function isInstalled({ executable }: Service): boolean {
  try {
    accessSync(executable, constants.X_OK)
    return true
  } catch {
    return false
  }
}
