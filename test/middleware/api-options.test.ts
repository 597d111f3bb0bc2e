import { describe, expect, it } from '@jest/globals'
import { apisOf } from '../../src/middleware/api-options.js'
import { ConfigurationError } from '../../src/protocol/configuration-error.js'

const clientId = '8a2e4c6f-1b3d-4f59-b7a0-c5d3e1f90264'
const scopes = 'api://tasks/.default'
const baseUrl = 'https://api.contoso.com/tasks'

const settled = (apis: unknown, environment: Record<string, string> = {}) =>
  apisOf(apis, { host: { environment }, clientId, graphResource: 'https://graph.microsoft.com' })

describe('the apis of entra()', () => {
  it('are settled with an origin, one resource and the usual bounds', () => {
    expect(settled({ tasks: { baseUrl: `${baseUrl}//`, scopes } }).get('tasks')).toEqual({
      name: 'tasks',
      baseUrl,
      origin: 'https://api.contoso.com',
      scopes: [scopes],
      resource: 'api://tasks',
      timeout: 30_000,
      retry: 2,
    })
    expect(settled(undefined).size).toBe(0)
    const local = { baseUrl: 'http://localhost:3001', scopes: ['api://a/x', 'api://a/y'], retry: 0 }
    expect(settled({ local }).get('local')).toMatchObject({
      baseUrl: 'http://localhost:3001',
      scopes: ['api://a/x', 'api://a/y'],
      retry: 0,
    })
  })

  it('take what is left out from the environment, and an option wins over it', () => {
    const environment = {
      ENTRADA_API_TASKS_BASE_URL: baseUrl,
      ENTRADA_API_TASKS_SCOPES: 'api://tasks/Read api://tasks/Write',
      ENTRADA_API_USER_TASKS_BASE_URL: 'https://users.contoso.com',
    }
    const apis = settled({ tasks: { scopes: undefined }, userTasks: { scopes } }, environment)
    expect(apis.get('tasks')).toMatchObject({
      baseUrl,
      scopes: ['api://tasks/Read', 'api://tasks/Write'],
    })
    expect(apis.get('userTasks')).toMatchObject({
      baseUrl: 'https://users.contoso.com',
      scopes: [scopes],
    })
    const other = 'https://other.contoso.com'
    expect(settled({ tasks: { baseUrl: other, scopes } }, environment).get('tasks')?.baseUrl).toBe(
      other,
    )
  })

  it.each<[string, unknown, string]>([
    ['no object', [], 'apis'],
    ['an API that is none', { tasks: baseUrl }, 'apis.tasks'],
    ['a name that no variable can have', { 'user-tasks': { baseUrl, scopes } }, 'apis'],
    ['a name of the language', { ['__proto__']: { baseUrl, scopes } }, 'apis'],
    ['no address', { tasks: { scopes } }, 'apis.tasks.baseUrl'],
    ['plain http', { tasks: { baseUrl: 'http://api.contoso.com', scopes } }, 'apis.tasks.baseUrl'],
    ['a path alone', { tasks: { baseUrl: '/tasks', scopes } }, 'apis.tasks.baseUrl'],
    ['another scheme', { tasks: { baseUrl: 'ftp://a.example', scopes } }, 'apis.tasks.baseUrl'],
    ['a query', { tasks: { baseUrl: `${baseUrl}?a=b`, scopes } }, 'apis.tasks.baseUrl'],
    ['a fragment', { tasks: { baseUrl: `${baseUrl}#a`, scopes } }, 'apis.tasks.baseUrl'],
    ['a password', { tasks: { baseUrl: 'https://a:b@c.example', scopes } }, 'apis.tasks.baseUrl'],
    ['no scopes', { tasks: { baseUrl } }, 'apis.tasks.scopes'],
    ['an empty list', { tasks: { baseUrl, scopes: [] } }, 'apis.tasks.scopes'],
    ['a scope of Graph', { tasks: { baseUrl, scopes: 'Tasks.Read' } }, 'apis.tasks.scopes'],
    ['OpenID Connect alone', { tasks: { baseUrl, scopes: 'openid' } }, 'apis.tasks.scopes'],
    ['two resources', { tasks: { baseUrl, scopes: 'api://a/x api://b/y' } }, 'apis.tasks.scopes'],
    ['no permission', { tasks: { baseUrl, scopes: 'https://a.example/' } }, 'apis.tasks.scopes'],
    ['no time at all', { tasks: { baseUrl, scopes, timeout: 0 } }, 'apis.tasks.timeout'],
    ['too much time', { tasks: { baseUrl, scopes, timeout: 1e9 } }, 'apis.tasks.timeout'],
    ['time in words', { tasks: { baseUrl, scopes, timeout: '30s' } }, 'apis.tasks.timeout'],
    ['too many attempts', { tasks: { baseUrl, scopes, retry: 6 } }, 'apis.tasks.retry'],
    ['attempts without a number', { tasks: { baseUrl, scopes, retry: true } }, 'apis.tasks.retry'],
    ['what is not known', { tasks: { baseURL: baseUrl, scopes } }, 'apis.tasks.baseURL'],
  ])('R43 do not construct with %s, and name the option', (_title, apis, option) => {
    let thrown: unknown
    try {
      settled(apis)
    } catch (error) {
      thrown = error
    }
    expect(thrown).toBeInstanceOf(ConfigurationError)
    expect(thrown).toMatchObject({ option, message: expect.stringContaining(option) })
  })

  it('name the environment variable that sets the same', () => {
    expect(() => settled({ userTasks: { scopes } })).toThrow(/ENTRADA_API_USER_TASKS_BASE_URL/)
    expect(() => settled({ tasks: { baseUrl } })).toThrow(/ENTRADA_API_TASKS_SCOPES/)
    expect(() => settled({ tasks: { url: baseUrl, scopes } })).toThrow('Did you mean baseUrl?')
  })
})
