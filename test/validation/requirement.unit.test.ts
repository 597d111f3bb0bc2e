import { describe, expect, it } from '@jest/globals'
import { AccessRefusal } from '../../src/protocol/access-errors.js'
import { authorityOf } from '../../src/protocol/authority.js'
import {
  frozenCaller,
  type AppCaller,
  type Caller,
  type UserCaller,
} from '../../src/protocol/caller.js'
import { ConfigurationError } from '../../src/protocol/configuration-error.js'
import { compileRequirement } from '../../src/validation/compile-requirement.js'
import type { RequirementContext } from '../../src/validation/requirement-context.js'
import type { AccessRequirement } from '../../src/validation/requirement.js'
import { ids, type Payload } from '../support/ids.js'
import { verdictOf } from '../support/verdict.js'

const uri = 'https://tasks.contoso.example'
const context: RequirementContext = {
  clientId: ids.api,
  audiences: [uri],
  authority: authorityOf(ids.contoso),
  clock: () => 0,
  cacheBytes: 1024 * 1024,
}
const claims = { aud: ids.api, iss: 'issuer', exp: 1, oid: ids.ada, sub: 'subject' }

const user = (changes: Partial<UserCaller> = {}, claimed: Payload = {}): UserCaller =>
  frozenCaller<UserCaller>({
    kind: 'user',
    tenantId: ids.contoso,
    objectId: ids.ada,
    subject: 'subject',
    clientId: ids.web,
    scopes: ['A', 'B'],
    roles: ['R', 'S'],
    claims: { ...claims, ...claimed },
    ...changes,
  })
const app = (changes: Partial<AppCaller> = {}): AppCaller =>
  frozenCaller<AppCaller>({
    kind: 'app',
    tenantId: ids.contoso,
    objectId: ids.service,
    subject: ids.service,
    clientId: ids.daemon,
    roles: ['P', 'Q'],
    claims,
    ...changes,
  })

type Changes = Partial<RequirementContext>

async function refusalOf(requirement: AccessRequirement, caller: Caller, changes: Changes = {}) {
  const check = compileRequirement(requirement, { ...context, ...changes })
  const refusal: unknown = await (async () => check(caller))().catch((error: unknown) => error)
  if (refusal instanceof AccessRefusal) return refusal
  throw new Error('let in')
}
const verdict = (requirement: AccessRequirement, caller: Caller, changes: Changes = {}) =>
  verdictOf(() => compileRequirement(requirement, { ...context, ...changes })(caller))
const scopeIn = ({ headers }: AccessRefusal) =>
  /scope="([^"]*)"/.exec(headers['WWW-Authenticate'] ?? '')?.[1]

describe('R07 what a developer is told of a refused caller', () => {
  it.each<[string, AccessRequirement, Caller, string | RegExp, string | RegExp, RegExp]>([
    [
      'scope-missing',
      { user: { scopes: ['A', 'C'] } },
      user(),
      'scp "A B"',
      '"A" and "C"',
      new RegExp(`asks for ${uri}/A ${uri}/C; the user or an administrator consents`),
    ],
    [
      'user-role-missing',
      { user: { anyRole: ['T', 'U'] } },
      user(),
      'roles "R S"',
      '"T" or "U"',
      /Assign the user .* the app role/,
    ],
    [
      'app-role-missing',
      { app: { roles: ['P', 'T'] } },
      app(),
      'roles "P Q"',
      '"P" and "T"',
      /Add the application permission to the client .* grant admin consent/,
    ],
    [
      'client-refused',
      { user: { scopes: ['A'] }, clients: [ids.daemon, ids.api] },
      user(),
      `client "${ids.web}"`,
      `"${ids.daemon}" or "${ids.api}"`,
      /clients in the requirement/,
    ],
    [
      'tenant-not-allowed',
      { user: { scopes: ['A'] }, tenants: [ids.fabrikam] },
      user(),
      `tenant "${ids.contoso}"`,
      `"${ids.fabrikam}"`,
      /tenants in the requirement/,
    ],
    [
      'check-refused',
      { user: { scopes: ['A'] }, check: () => false },
      user(),
      /did not answer true/,
      'true',
      /must return true/,
    ],
    [
      'app-refused',
      { user: { scopes: ['A'] } },
      app(),
      'an app-only token',
      "a user's token",
      /on behalf of a user, or name app: \{ roles \}/,
    ],
    [
      'user-refused',
      { app: { roles: ['P'] } },
      user(),
      "a user's token",
      'an app-only token',
      /client credentials grant, or name user: \{ scopes \}/,
    ],
    [
      'guest-refused',
      { user: { scopes: ['A'], guests: 'refuse' } },
      user({}, { acct: 1 }),
      'a guest of the tenant',
      'a member',
      /Change guests in the requirement.*optional claim acct/,
    ],
    [
      'guest-refused',
      { user: { scopes: ['A'], guests: 'only' } },
      user(),
      'a member of the tenant',
      'a guest',
      /Change guests/,
    ],
    [
      'group-missing',
      { user: { groups: ['G', 'H'] } },
      user({}, { groups: ['G'] }),
      '1 groups without them',
      '"G" and "H"',
      /Add the user to the group.*groupMembershipClaims/,
    ],
    [
      'groups-unresolved',
      { user: { anyGroup: ['G', 'H'] } },
      user({}, { hasgroups: true }),
      /more groups than a token holds/,
      '"G" or "H"',
      /^Configure a credential.*on behalf of the user, or set groupMembershipClaims to ApplicationGroup/,
    ],
    [
      'auth-context-missing',
      { user: { acrs: ['c1', 'c2'] } },
      user({}, { acrs: ['c1', 'c9'] }),
      'acrs "c1 c9"',
      '"c1" and "c2"',
      /claims of the challenge to the authorize endpoint.*cp1.*xms_cc and acrs/,
    ],
  ])('%s', async (reason, requirement, caller, found, expected, cure) => {
    const refusal = await refusalOf(requirement, caller)
    expect(refusal.status).toBe(403)
    expect(refusal.explanation).toEqual({
      reason,
      found: typeof found === 'string' ? found : expect.stringMatching(found),
      expected: typeof expected === 'string' ? expected : expect.stringMatching(expected),
      cure: expect.stringMatching(cure),
    })
  })

  it('client-refused, of an app that no access list names', async () => {
    const refusal = await refusalOf({ app: { listed: true } }, app(), { aclClients: [ids.web] })
    expect(refusal.explanation).toEqual({
      reason: 'client-refused',
      found: `client "${ids.daemon}"`,
      expected: expect.stringMatching(/a client that allowClientsWithoutPermissions names/),
      cure: expect.stringMatching(/Add the client to allowClientsWithoutPermissions/),
    })
  })
})

describe('the challenge of a refused caller', () => {
  it('G59 names the scopes of the route, or what brings an app its roles', async () => {
    const scopesOf = async (requirement: AccessRequirement, caller: Caller) =>
      scopeIn(await refusalOf(requirement, caller))
    expect(await scopesOf({ user: { scopes: ['A', 'C'] } }, user())).toBe('A C')
    expect(await scopesOf({ user: { anyScope: ['C', 'D'] } }, user())).toBe('C D')
    expect(await scopesOf({ user: { roles: ['T'] } }, user())).toBe(`${uri}/.default`)
    expect(await scopesOf({ app: { roles: ['T'] } }, app())).toBe(`${uri}/.default`)
    expect(await scopesOf({ user: { scopes: ['A'] } }, app())).toBe('A')
  })

  it('G69 names the configured metadata address, whatever was refused', async () => {
    const challenge = { resourceMetadata: 'https://api.example/meta' }
    const refused: [AccessRequirement, Caller][] = [
      [{ user: { scopes: ['C'] } }, user()],
      [{ user: { roles: ['T'] } }, user()],
      [{ user: { acrs: ['c1'] } }, user({}, { xms_cc: ['cp1'] })],
    ]
    for (const [requirement, caller] of refused) {
      const { headers } = await refusalOf(requirement, caller, { challenge })
      expect(headers['WWW-Authenticate']).toMatch(
        /, resource_metadata="https:\/\/api\.example\/meta"$/,
      )
    }
  })

  it('G70 is a claims challenge for a client with cp1 among its capabilities', async () => {
    const stepUp: AccessRequirement = { user: { acrs: ['c1', 'c2'] } }
    const capable = { xms_cc: [7, 'other', 'cp1'] }
    const refusal = await refusalOf(stepUp, user({}, { ...capable, acrs: [7, 'c9'] }))
    expect(refusal).toMatchObject({
      status: 401,
      claims: '{"access_token":{"acrs":{"essential":true,"value":"c1"}}}',
      explanation: { reason: 'auth-context-missing', found: 'acrs "c9"' },
    })
    const text = await refusalOf(stepUp, user({}, { ...capable, acrs: 'c1' }))
    expect(text.explanation.found).toBe('acrs ""')
    expect(await verdict(stepUp, user({}, { ...capable, acrs: [7, 'c2', 'c1'] }))).toBe('200')
  })
})

describe('the order in which a requirement asks', () => {
  const asked: string[] = []
  const check = () => {
    asked.push('check')
    return true
  }
  const foreign = { clients: [ids.api], tenants: [ids.fabrikam], check } as const

  it.each<[string, AccessRequirement, Caller, string]>([
    ['kind', { user: { scopes: ['C'] }, ...foreign }, app(), '403 app-refused'],
    ['kind', { app: { roles: ['T'] }, ...foreign }, user(), '403 user-refused'],
    ['client', { user: { scopes: ['C'] }, ...foreign }, user(), '403 client-refused'],
    ['client', { app: { roles: ['T'] }, ...foreign }, app(), '403 client-refused'],
    [
      'tenant',
      { user: { scopes: ['C'] }, tenants: [ids.fabrikam], check },
      user(),
      '403 tenant-not-allowed',
    ],
    ['scopes', { user: { scopes: ['C'], roles: ['T'] }, check }, user(), '403 scope-missing'],
    [
      'roles',
      { user: { roles: ['T'], guests: 'only', groups: ['G'] }, check },
      user(),
      '403 user-role-missing',
    ],
    ['guests', { user: { groups: ['G'], guests: 'only' }, check }, user(), '403 guest-refused'],
    ['groups', { user: { groups: ['G'], acrs: ['c1'] }, check }, user(), '403 group-missing'],
    ['contexts', { user: { acrs: ['c1'] }, check }, user(), '403 auth-context-missing'],
    ['roles of an app', { app: { roles: ['T'] }, check }, app(), '403 app-role-missing'],
  ])(
    'refuses for the first thing that is missing: %s',
    async (_title, requirement, caller, told) => {
      expect(await verdict(requirement, caller)).toBe(told)
      expect(asked).toEqual([])
    },
  )

  it("ends with the app's own check, for users and apps", async () => {
    expect(await verdict({ user: { scopes: ['A'] }, check }, user())).toBe('200')
    expect(await verdict({ app: { roles: ['P'] }, check }, app())).toBe('200')
    expect(asked.splice(0)).toEqual(['check', 'check'])
    expect(await verdict({ app: { roles: ['P'] }, check: () => false }, app())).toBe(
      '403 check-refused',
    )
  })
})

describe('callers that meet a requirement', () => {
  it.each<[AccessRequirement, Caller]>([
    [{ user: { anyScope: ['C', 'B'] } }, user()],
    [{ user: { roles: ['S', 'R'] } }, user()],
    [{ user: { scopes: ['A'] }, clients: [ids.web] }, user({ clientId: ids.web.toUpperCase() })],
    [{ user: { scopes: ['A'] }, tenants: [ids.contoso.toUpperCase()] }, user()],
    [{ app: { anyRole: ['T', 'Q'] } }, app()],
    [{ user: { scopes: ['A'] }, app: undefined as never }, user()], // from JavaScript
    [{ user: { scopes: ['A'] } }, user({}, { acct: 1, idp: 'live.com' })],
    [{ user: { scopes: ['A'], guests: 'refuse' } }, user({}, { acct: 2 })],
    [{ user: { scopes: ['A'], guests: 'only' } }, user({}, { acct: '0', idp: 'live.com' })],
    [{ user: { groups: ['G'] } }, user({}, { groups: ['G'], _claim_names: null })],
    [{ user: { groups: ['G'] } }, user({}, { groups: ['G'], _claim_names: 'groups' })],
    [{ user: { groups: ['G'] } }, user({}, { groups: ['G'], _claim_names: { other: 'src1' } })],
    [{ user: { groups: ['G'] } }, user({}, { groups: ['G', 7], hasgroups: false })],
  ])('are let in (case %#)', async (requirement, caller) => {
    expect(await verdict(requirement, caller)).toBe('200')
  })

  it('may be apps of an access list, in any case and without roles', async () => {
    const aclClients = [ids.daemon.toUpperCase()]
    for (const clientId of [ids.daemon, ids.daemon.toUpperCase()]) {
      expect(
        await verdict({ app: { listed: true } }, app({ clientId, roles: [] }), { aclClients }),
      ).toBe('200')
    }
  })
})

describe('the groups of a user with too many for a token', () => {
  const needed: AccessRequirement = { user: { groups: ['G'] } }

  it.each([{ hasgroups: true }, { hasgroups: 'true' }, { _claim_names: { groups: undefined } }])(
    'are looked up when the token says %j',
    async (claimed) => {
      const groupsOf = () => Promise.resolve(['G'])
      expect(await verdict(needed, user({}, claimed), { groupsOf })).toBe('200')
      expect(await verdict(needed, user({}, { ...claimed, groups: ['G'] }))).toBe(
        '403 groups-unresolved',
      )
    },
  )

  it('are looked up again after five minutes, or when the clock was set back', async () => {
    let calls = 0
    let now = 1_000_000
    const groupsOf = () => {
      calls += 1
      return Promise.resolve(['G'])
    }
    const check = compileRequirement(needed, { ...context, groupsOf, clock: () => now })
    const caller = user({}, { hasgroups: true })
    const callsAt = async (time: number) => {
      now = time
      await check(caller)
      return calls
    }
    expect(await callsAt(1_000_000)).toBe(1)
    expect(await callsAt(1_000_000)).toBe(1)
    expect(await callsAt(1_299_999)).toBe(1)
    expect(await callsAt(1_300_000)).toBe(2)
    expect(await callsAt(1_299_999)).toBe(3)
  })

  it('are not shared between instances', async () => {
    const caller = user({}, { hasgroups: true })
    const [granting, refusing] = [['G'], ['H']].map((groups) => () => Promise.resolve(groups))
    expect(await verdict(needed, caller, { groupsOf: granting })).toBe('200')
    expect(await verdict(needed, caller, { groupsOf: refusing })).toBe('403 group-missing')
  })

  it('keep a failed lookup from being remembered', async () => {
    const answers = [Promise.reject(new Error('no Graph')), Promise.resolve(['G'])]
    const groupsOf = () => answers.shift() ?? Promise.reject(new Error('asked again'))
    const check = compileRequirement(needed, { ...context, groupsOf })
    const caller = user({}, { hasgroups: true })
    await expect(check(caller)).rejects.toThrow('no Graph')
    await check(caller)
    await check(caller)
  })
})

describe('G65 a requirement that cannot be meant', () => {
  const all = 'scopes, anyScope, roles, anyRole, groups, anyGroup, acrs'
  const listed = `allowClientsWithoutPermissions names no client. Name the clients there.`

  it.each<[unknown, string, string]>([
    [
      null,
      'requireAccess',
      'requireAccess is null. Expected an object with user, app, clients, tenants, check.',
    ],
    [undefined, 'requireAccess', 'requireAccess is a value of type undefined. Expected'],
    [() => true, 'requireAccess', 'requireAccess is a value of type function. Expected'],
    [['A'], 'requireAccess', 'requireAccess is ["A"]. Expected an object'],
    ['A', 'requireAccess', 'requireAccess is "A". Expected an object'],
    [
      { clients: [ids.web] },
      'requireAccess',
      'requireAccess names neither user nor app, so nobody could pass. Name the kind of caller',
    ],
    [
      { user: { scopes: ['A'] }, clientes: 1 },
      'requireAccess',
      'requireAccess has no key "clientes". Did you mean clients?',
    ],
    [
      { user: { scopes: ['A'] }, zzzzzzzzzz: 1 },
      'requireAccess',
      'requireAccess has no key "zzzzzzzzzz". Known are user, app, clients, tenants, check.',
    ],
    [{ user: [] }, 'user', `user is []. Expected an object with ${all}, guests.`],
    [{ user: {} }, 'user', `user requires nothing of a user. Name at least one of ${all}.`],
    [
      { user: { scopes: ['A'], anyScope: ['B'] } },
      'user',
      'user has both scopes (all of them) and anyScope (one of them). Keep one.',
    ],
    [
      { user: { roles: ['A'], anyRole: ['B'] } },
      'user',
      'user has both roles (all of them) and anyRole',
    ],
    [
      { user: { groups: ['A'], anyGroup: ['B'] } },
      'user',
      'user has both groups (all of them) and anyGroup',
    ],
    [
      { user: { scopes: ['A'], guests: 'no' } },
      'user.guests',
      `user.guests is "no". Expected 'refuse' or 'only'; leave it out`,
    ],
    [
      { user: { scopes: [] } },
      'user.scopes',
      'user.scopes is []. Expected a list with at least one entry.',
    ],
    [
      { user: { scopes: { length: 1 } } },
      'user.scopes',
      'user.scopes is {"length":1}. Expected a list',
    ],
    [
      { user: { anyScope: [7] } },
      'user.anyScope',
      'user.anyScope holds 7. Expected a name without spaces and quotes; write several',
    ],
    [
      { user: { scopes: ['A', `${uri}/A`] } },
      'user.scopes',
      'user.scopes names "A" twice. Name it once.',
    ],
    [{ user: { anyScope: ['A', `${uri}/A`] } }, 'user.anyScope', 'user.anyScope names "A" twice.'],
    [{ user: { roles: [] } }, 'user.roles', 'user.roles is []'],
    [{ user: { anyRole: [] } }, 'user.anyRole', 'user.anyRole is []'],
    [{ user: { groups: [] } }, 'user.groups', 'user.groups is []'],
    [{ user: { anyGroup: [] } }, 'user.anyGroup', 'user.anyGroup is []'],
    [{ user: { acrs: [] } }, 'user.acrs', 'user.acrs is []'],
    [{ app: null }, 'app', 'app is null. Expected an object with roles, anyRole, listed.'],
    [
      { app: {} },
      'app',
      'app requires nothing of an app. Name its application permissions: app: { roles',
    ],
    [{ app: { listed: false } }, 'app', 'app requires nothing of an app'],
    [{ app: { listed: false, roles: ['A'] } }, 'app', 'app requires nothing of an app'],
    [{ app: { listed: true, roles: ['A'] } }, 'app', 'app requires nothing of an app'],
    [
      { app: { roles: ['A'], anyRole: ['B'] } },
      'app',
      'app has both roles (all of them) and anyRole',
    ],
    [{ app: { roles: [] } }, 'app.roles', 'app.roles is []'],
    [{ app: { anyRole: [] } }, 'app.anyRole', 'app.anyRole is []'],
    [{ app: { listed: true } }, 'app.listed', `app.listed is set, but ${listed}`],
    [{ user: { scopes: ['A'] }, clients: [] }, 'clients', 'clients is []. Expected a list'],
    [
      { user: { scopes: ['A'] }, clients: [ids.web, 'web'] },
      'clients',
      'clients names "web". Expected GUIDs, as they stand in tokens.',
    ],
    [{ user: { scopes: ['A'] }, tenants: [] }, 'tenants', 'tenants is []. Expected a list'],
    [
      { user: { scopes: ['A'] }, tenants: ['x.com'] },
      'tenants',
      'tenants names "x.com". Expected GUIDs',
    ],
    [
      { user: { scopes: ['A'] }, check: 'yes' },
      'check',
      'check is "yes". Expected a function of the caller that returns true',
    ],
  ])('%j', (requirement, option, message) => {
    const compile = () => compileRequirement(requirement as AccessRequirement, context) // from JavaScript
    expect(compile).toThrow(ConfigurationError)
    expect(compile).toThrow(
      expect.objectContaining({ option, message: expect.stringContaining(message) }),
    )
  })

  it.each(['A B', ' A', 'A ', 'A"', 'A\\', 'é', '\u007f', 'A\n'])('names %j', (scope) => {
    expect(() => compileRequirement({ user: { scopes: [scope] } }, context)).toThrow(
      `user.scopes holds ${JSON.stringify(scope)}. Expected a name without spaces`,
    )
  })

  it.each(['!', '#', '[', ']', '~', 'Tasks.Read-All_1'])('may name %j', async (scope) => {
    expect(await verdict({ user: { scopes: [scope] } }, user({ scopes: [scope] }))).toBe('200')
  })
})

describe('the name of a scope', () => {
  const slashed = { audiences: [uri, `${uri}/`] }

  it.each([
    [slashed],
    [{ audiences: [`${uri}/`, uri] }],
    [{ audiences: [`${uri}/a`, uri, `${uri}/`] }],
  ])(
    'R29 may have any App ID URI of this API in front, the longest that fits (case %#)',
    async (changes) => {
      for (const scope of [`${uri}/A`, `${uri}//A`, `api://${ids.api}/A`, `${ids.api}/A`]) {
        expect(await verdict({ user: { scopes: [scope] } }, user({ scopes: ['A'] }), changes)).toBe(
          '200',
        )
      }
    },
  )

  it('is not of another API', () => {
    const compile = () =>
      compileRequirement({ user: { anyScope: ['https://graph.microsoft.com/User.Read'] } }, context)
    expect(compile).toThrow(
      expect.objectContaining({
        option: 'user.anyScope',
        message: expect.stringContaining(
          'user.anyScope names "https://graph.microsoft.com/User.Read", a scope of another API. ' +
            `This one is known as ${uri}, api://${ids.api}, ${ids.api}. Write the scope's name alone`,
        ),
      }),
    )
  })

  it.each(['.default', `${uri}/.default`, `${uri}//.default`, `${uri}/`, '/.default'])(
    'is not %s, which no token carries',
    (scope) => {
      expect(() => compileRequirement({ user: { scopes: [scope] } }, context)).toThrow(
        `user.scopes names ${JSON.stringify(scope)}. Clients ask for .default, but tokens never carry it`,
      )
    },
  )

  it.each(['openid', 'profile', 'email', 'offline_access', `${uri}/openid`])(
    'is not %s, which belongs to sign-in',
    (scope) => {
      expect(() => compileRequirement({ user: { scopes: [scope] } }, context)).toThrow(
        `user.scopes names ${JSON.stringify(scope)}. It belongs to sign-in and never stands in a token`,
      )
    },
  )
})

describe('guests in a national cloud', () => {
  it('members are told by the issuer of v1.0 tokens there', async () => {
    const authority = authorityOf(ids.contoso, 'https://login.partner.microsoftonline.cn')
    const members: AccessRequirement = { user: { scopes: ['A'], guests: 'refuse' } }
    const from = (tenant: string) => user({}, { idp: `https://sts.chinacloudapi.cn/${tenant}/` })
    expect(await verdict(members, from(ids.contoso), { authority })).toBe('200')
    expect(await verdict(members, from(ids.fabrikam), { authority })).toBe('403 guest-refused')
  })
})
