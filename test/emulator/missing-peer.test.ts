import { expect, it, jest } from '@jest/globals'

jest.unstable_mockModule('oidc-provider', () => {
  throw Object.assign(new Error("Cannot find package 'oidc-provider'"), {
    code: 'ERR_MODULE_NOT_FOUND',
  })
})

it('names the command that installs oidc-provider when it is missing', async () => {
  const { startEmulator } = await import('../../src/emulator/index.js')
  await expect(startEmulator()).rejects.toThrow('npm install --save-dev oidc-provider@9')
})
