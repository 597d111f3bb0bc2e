import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, it } from '@jest/globals'
import { contosoDirectory } from 'entrada/emulator'
import { ids } from '../support/ids.js'
import { serve } from '../support/loopback-server.js'
import { cli, endPrograms, startCli } from './cli.js'

const folder = mkdtempSync(join(tmpdir(), 'entrada-command-'))
afterEach(endPrograms)
afterAll(() => rmSync(folder, { recursive: true }))

const file = (name: string, content: string) => {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

describe('the entrada command', () => {
  it('lists its commands, and ends with 2 when none was named', async () => {
    const asked = await cli(['--help'])
    expect(asked).toMatchObject({ code: 0, told: '' })
    for (const name of ['emulator', 'explain', 'doctor'])
      expect(asked.printed).toContain(`npx entrada ${name}`)
    expect(await cli([])).toEqual({ ...asked, code: 2 })
    expect(await cli(['-h'])).toEqual(asked)
  })

  it.each(['emulator', 'explain', 'doctor'])('%s --help names every option', async (name) => {
    const { printed, code } = await cli([name, '--help'])
    expect(code).toBe(0)
    expect(await cli([name, '-h'])).toMatchObject({ printed, code })
    expect(printed).toMatch(/^ {2}--json {2,}\S/m)
    expect(printed.split('\n').every((line) => line.length <= 100)).toBe(true)
  })

  it('tells its version', async () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }
    expect(await cli(['--version'])).toMatchObject({ code: 0, printed: version })
  })

  it.each([
    [['docter'], 'Did you mean doctor?'],
    [['walk'], 'The commands are emulator, explain, doctor.'],
    [['doctor', 'now'], 'takes options only'],
    [['doctor', '--ofline'], 'Did you mean --offline?'],
    [['doctor', '--config'], "'--config <value>' argument missing"],
    [['doctor', '--accept', 'everything'], 'no finding of the doctor'],
    [['doctor', '--config', '/gone.mjs'], '/gone.mjs cannot be loaded'],
    [['emulator', '--port', 'http'], '--port is "http"'],
    [['emulator', '--port', '65535'], 'Give Microsoft Graph one: --graph-port.'],
    [['emulator', 'start'], 'takes options only'],
  ])('%j ends with 2 and a line on standard error', async (args, words) => {
    const { code, told, printed } = await cli(args)
    expect({ code, printed }).toEqual({ code: 2, printed: '' })
    expect(told).toContain(words)
    expect(told).not.toContain('\n')
  })

  it.each([
    [['doctor', '--registration', '/gone.json'], '/gone.json cannot be read'],
    [['doctor', '--registration', 'text.json'], 'text.json is not JSON'],
    [['doctor', '--registration', 'list.json'], 'list.json has no appId'],
    [['doctor', '--registration', 'manifest.json'], 'az ad app show'],
    [['doctor', '--grants', 'object.json'], 'no list of grants'],
    [['emulator', '--directory', '/gone.json'], '/gone.json cannot be read'],
    [['emulator', '--port', '0', '--directory', 'text.json'], 'cannot be used'],
  ])('%j ends with 1 and a line on standard error', async (args, words) => {
    file('text.json', 'text')
    file('list.json', '[]')
    file('object.json', '{}')
    file('manifest.json', '{"appId":"x","replyUrlsWithType":[]}')
    const { code, told, printed } = await cli(args, { folder })
    expect({ code, printed }).toEqual({ code: 1, printed: '' })
    expect(told).toContain(words)
  })

  it.each<[string, (text: string) => Uint8Array]>([
    ['UTF-8 with a mark', (text) => Buffer.from(`\ufeff${text}`)],
    ['UTF-16, as PowerShell writes it', (text) => Buffer.from(`\ufeff${text}`, 'utf16le')],
    ['UTF-16 in the other order', (text) => Buffer.from(`\ufeff${text}`, 'utf16le').swap16()],
  ])('a file saved in %s is read', async (_title, saved) => {
    const files = {
      '/app.json': saved(JSON.stringify({ appId: ids.api })),
      '/grants.json': saved('[]'),
      '/.env': saved(`AZURE_TENANT_ID=${ids.contoso}\r\nAZURE_CLIENT_ID=${ids.web}\r\n`),
    }
    const args = ['--registration', '/app.json', '--grants', '/grants.json', '--env-file', '/.env']
    const { printed, told } = await cli(['doctor', '--offline', ...args], { files })
    expect(told).toBe('')
    expect(printed).toContain(`the registration has the client ID ${ids.api}`)
  })

  it.each([
    ['export const entra = {}', 'has no default export'],
    ['export default { entre: {} }', 'Did you mean entra?'],
    ['throw new Error("of its own")', 'of its own'],
  ])('a configuration file with %j is told', async (content, words) => {
    const path = file(`${Math.random()}.mjs`, content)
    const { code, told } = await cli(['doctor', '--config', path])
    expect(code).toBe(2)
    expect(told).toContain(words)
  })

  it('reads entrada.config.mjs and an env file where they are', async () => {
    file(
      'entrada.config.mjs',
      `export default { entra: { tenant: '${ids.contoso}' }, tokens: { user: ['phone'] } }`,
    )
    file('.env', `AZURE_CLIENT_ID=${ids.web}\n`)
    const { printed, code } = await cli(['doctor', '--offline', '--env-file', '.env'], { folder })
    expect(printed).toContain(`${ids.web} in ${ids.contoso} at https://login.microsoftonline.com`)
    expect(printed).toContain('error scopes-illegal')
    expect(printed).toContain('1 error, 0 warnings, 0 notices.')
    expect(code).toBe(1)
  })
})

describe('the entrada command, as a process', () => {
  it('explains a piped token without colours, and says by its exit code that it is refused', async () => {
    const token = `${Buffer.from('{"alg":"none"}').toString('base64url')}.e30.`
    const environment = { AZURE_TENANT_ID: ids.contoso, AZURE_CLIENT_ID: ids.api }
    const { code, printed, told } = await startCli(['explain', '-'], { input: token, environment })
      .result
    expect(printed).toMatch(/reason +not-a-jwt/)
    expect(printed).not.toContain('\u001b')
    expect({ code, told }).toEqual({ code: 1, told: '' })
  })

  it('reads a token that is piped in UTF-16', async () => {
    const claims = Buffer.from('{"scp":"Tasks.Read"}').toString('base64url')
    const token = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${claims}.AAAA`
    const input = Buffer.from(`\ufeff${token}\r\n`, 'utf16le')
    const environment = { AZURE_TENANT_ID: ids.contoso, AZURE_CLIENT_ID: ids.api }
    const { printed } = await startCli(['explain', '-'], { input, environment }).result
    expect(printed).toMatch(/reason +algorithm\n/)
  })

  it('examines the environment', async () => {
    const environment = { AZURE_TENANT_ID: ids.contoso, AZURE_CLIENT_ID: 'x', FORCE_COLOR: '1' }
    const { code, printed } = await startCli(['doctor', '--offline'], { environment }).result
    expect(printed).toMatch(
      /^error {4}Options and environment\n {2}error option-invalid\n {4}found {5}clientId is "x"/m,
    )
    expect(code).toBe(1)
  })

  it('runs the emulator of a directory file until it is interrupted', async () => {
    const directory = { ...contosoDirectory() }
    const [tenant] = directory.tenants
    if (tenant !== undefined) tenant.displayName = 'A tenant of my own'
    const path = file('directory.json', JSON.stringify(directory))
    const { child, result } = startCli(['emulator', '--port', '0', '--directory', path])
    const [first] = (await once(child.stdout, 'data')) as [Buffer]
    const text = first.toString()
    const origin = /platform is emulated: (\S+)/.exec(text)?.[1] ?? ''
    const answer = await fetch(`${origin}/${ids.contoso}/v2.0/.well-known/openid-configuration`)
    expect(await answer.json()).toMatchObject({ issuer: `${origin}/${ids.contoso}/v2.0` })
    expect(text).toContain(`AZURE_AUTHORITY_HOST=${origin}`)
    expect(text).toMatch(
      /grace@contoso\.example +Grace Admin, A tenant of my own, an administrator/,
    )
    expect(text).toMatch(/5e7f2d91-\S+ +Contoso Web, secret /)
    child.kill('SIGINT')
    expect(await result).toMatchObject({ code: 0, told: '' })
  })

  it('says that a port is in use, and which option takes another', async () => {
    const other = await serve((_request, response) => response.end())
    const started = startCli(['emulator', '--port', String(other.port), '--graph-port', '0'])
    const { code, told } = await started.result
    await other.stop()
    expect(told).toContain(`Port ${other.port} is in use. --port 0 takes a free one`)
    expect(code).toBe(1)
  })
})

describe('entrada emulator --open', () => {
  it('shows its page of switches in the browser, and tells a script where everything is', async () => {
    const { told, printed, code } = await cli(['emulator', '--port', '0', '--open', '--json'])
    const { origin, controlUrl, environment } = JSON.parse(printed) as Record<string, string>
    expect(told).toBe(`browser: ${controlUrl}`)
    expect(controlUrl).toBe(`${origin}/emulator`)
    expect(environment).toMatchObject({ AZURE_AUTHORITY_HOST: origin, AZURE_CLIENT_ID: ids.web })
    expect(code).toBe(0)
  })
})
