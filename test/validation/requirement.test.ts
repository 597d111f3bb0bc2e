import { describe, expect, it } from '@jest/globals'
import {
  AccessRefusal,
  ClaimsRequiredError,
  ScopeMissingError,
} from '../../src/protocol/access-errors.js'
import type { AccessTokenClaims } from '../../src/protocol/access-token-claims.js'
import { authorityOf } from '../../src/protocol/authority.js'
import {
  frozenCaller,
  type AppCaller,
  type Caller,
  type UserCaller,
} from '../../src/protocol/caller.js'
import { PlatformUnavailableError } from '../../src/protocol/platform-unavailable-error.js'
import { compileRequirement } from '../../src/validation/compile-requirement.js'
import type { RequirementContext } from '../../src/validation/requirement-context.js'
import type { AccessRequirement } from '../../src/validation/requirement.js'
import { ids, type Payload } from '../support/ids.js'
import { verdictOf } from '../support/verdict.js'

const context: RequirementContext = {
  clientId: ids.api,
  audiences: ['https://tasks.contoso.example/', 'https://tasks.contoso.example'],
  authority: authorityOf(ids.contoso),
  clock: () => 1_790_000_300_000,
  cacheBytes: 1024 * 1024,
}

const claims = (changes: Payload): AccessTokenClaims => ({
  aud: ids.api,
  iss: `https://login.microsoftonline.com/${ids.contoso}/v2.0`,
  exp: 1_790_004_500,
  oid: ids.ada,
  sub: 'subject',
  ...changes,
})

function user(changes: Partial<UserCaller> = {}, claimed: Payload = {}): UserCaller {
  return frozenCaller<UserCaller>({
    kind: 'user',
    tenantId: ids.contoso,
    objectId: ids.ada,
    subject: 'subject',
    clientId: ids.web,
    scopes: ['Tasks.Read', 'access_as_user'],
    roles: ['Tasks.Admin'],
    claims: claims(claimed),
    ...changes,
  })
}

function app(changes: Partial<AppCaller> = {}): AppCaller {
  return frozenCaller<AppCaller>({
    kind: 'app',
    tenantId: ids.contoso,
    objectId: ids.service,
    subject: ids.service,
    clientId: ids.daemon,
    roles: ['Tasks.Read.All'],
    claims: claims({ oid: ids.service }),
    ...changes,
  })
}

const asking = (
  requirement: AccessRequirement,
  caller: Caller,
  changes: Partial<RequirementContext> = {},
) => verdictOf(() => compileRequirement(requirement, { ...context, ...changes })(caller))

async function refusalOf(
  requirement: AccessRequirement,
  caller: Caller,
  changes: Partial<RequirementContext> = {},
) {
  const check = compileRequirement(requirement, { ...context, ...changes })
  const refusal: unknown = await (async () => check(caller))().then(
    () => undefined,
    (error: unknown) => error,
  )
  if (refusal instanceof AccessRefusal) return refusal
  throw new Error('let in')
}

describe('scopes that a requirement names', () => {
  it('are all needed, or one of them', async () => {
    expect(await asking({ user: { scopes: ['Tasks.Read'] } }, user())).toBe('200')
    expect(await asking({ user: { scopes: ['Tasks.Read', 'access_as_user'] } }, user())).toBe('200')
    expect(await asking({ user: { scopes: ['Tasks.Read', 'Tasks.Write'] } }, user())).toBe(
      '403 scope-missing',
    )
    expect(await asking({ user: { anyScope: ['Tasks.Read', 'Tasks.Write'] } }, user())).toBe('200')
    expect(await asking({ user: { anyScope: ['Tasks.Send', 'Tasks.Write'] } }, user())).toBe(
      '403 scope-missing',
    )
  })

  it.each([
    [[]],
    [['Tasks']],
    [['Tasks.Read.All']],
    [['tasks.read']],
    [['TASKS.READ']],
    [['Tasks.Read,Tasks.Write']],
    [['Tasks.Read;Tasks.Write']],
    [['Tasks.Read\tTasks.Write']],
    [['Tasks.Read\u00a0Tasks.Write']],
    [['*']],
    [[`api://${ids.api}/Tasks.Read`]],
    [Array.from({ length: 4000 }, (_, index) => `Tasks.Read${String(index)}`)],
  ])('G59 are compared letter by letter with those of the token (case %#)', async (scopes) => {
    const refusal = await refusalOf({ user: { scopes: ['Tasks.Read'] } }, user({ scopes }))
    expect(refusal).toBeInstanceOf(ScopeMissingError)
    expect(refusal.status).toBe(403)
    expect(refusal.headers).toEqual({
      'WWW-Authenticate':
        'Bearer error="insufficient_scope", error_description="The access token lacks a required scope", scope="Tasks.Read"',
      'Access-Control-Expose-Headers': 'WWW-Authenticate',
    })
  })

  it.each([
    `api://${ids.api}/Tasks.Read`,
    `${ids.api}/Tasks.Read`,
    'https://tasks.contoso.example/Tasks.Read',
    'https://tasks.contoso.example//Tasks.Read',
  ])('mean the same in full: %s', async (scope) => {
    expect(await asking({ user: { scopes: [scope] } }, user())).toBe('200')
    const refusal = await refusalOf({ user: { scopes: [scope] } }, user({ scopes: ['Other'] }))
    expect(refusal.headers['WWW-Authenticate']).toMatch(/scope="Tasks\.Read"$/)
  })

  it('are all named in the challenge; in full, as clients ask for them, beside the metadata address', async () => {
    const challenge = {
      resourceMetadata: 'https://api.example/.well-known/oauth-protected-resource',
    }
    const refusal = await refusalOf({ user: { anyScope: ['A', 'B'] } }, user(), { challenge })
    expect(refusal.headers['WWW-Authenticate']).toBe(
      'Bearer error="insufficient_scope", error_description="The access token lacks a required scope", scope="https://tasks.contoso.example//A https://tasks.contoso.example//B", ' +
        'resource_metadata="https://api.example/.well-known/oauth-protected-resource"',
    )
    expect(refusal.explanation).toEqual({
      reason: 'scope-missing',
      found: 'scp "Tasks.Read access_as_user"',
      expected: '"A" or "B"',
      cure: 'The client asks for https://tasks.contoso.example//A https://tasks.contoso.example//B; the user or an administrator consents.',
    })
  })
})

describe('the kind of caller that a requirement names', () => {
  const both: AccessRequirement = {
    user: { scopes: ['Tasks.Read'] },
    app: { roles: ['Tasks.Read.All'] },
  }

  it('is the only one let in', async () => {
    expect(await asking(both, user())).toBe('200')
    expect(await asking(both, app())).toBe('200')
    expect(await asking({ user: { scopes: ['Tasks.Read'] } }, app())).toBe('403 app-refused')
    expect(await asking({ app: { roles: ['Tasks.Read.All'] } }, user())).toBe('403 user-refused')
  })

  it('G61 is not taken by an app whose role is named like the scope, or the other way round', async () => {
    const refusal = await refusalOf(
      { user: { scopes: ['Tasks.Read'] } },
      app({ roles: ['Tasks.Read'] }),
    )
    expect(refusal.headers['WWW-Authenticate']).toBe(
      'Bearer error="insufficient_scope", error_description="This resource accepts calls on behalf of a user only", scope="Tasks.Read"',
    )
    expect(await asking({ app: { roles: ['Tasks.Read'] } }, user())).toBe('403 user-refused')
    expect(await asking({ user: { roles: ['Tasks.Read'] } }, user())).toBe('403 user-role-missing')
    expect(await asking({ user: { scopes: ['Tasks.Admin'] } }, user())).toBe('403 scope-missing')
  })

  it("G63 is not taken by a user who was assigned the app's role", async () => {
    const assigned = user({ roles: ['Tasks.Read.All'] })
    expect(await asking({ app: { roles: ['Tasks.Read.All'] } }, assigned)).toBe('403 user-refused')
    expect(
      await asking(
        { user: { scopes: ['Tasks.Write'] }, app: { anyRole: ['Tasks.Read.All'] } },
        assigned,
      ),
    ).toBe('403 scope-missing')
  })

  it('G62 needs the roles of an app, all of them or one', async () => {
    expect(await asking({ app: { roles: ['Tasks.Read.All'] } }, app({ roles: [] }))).toBe(
      '403 app-role-missing',
    )
    expect(await asking({ app: { roles: ['Tasks.Read.All', 'B'] } }, app())).toBe(
      '403 app-role-missing',
    )
    expect(await asking({ app: { anyRole: ['Tasks.Read.All', 'B'] } }, app())).toBe('200')
    expect(await asking({ app: { anyRole: ['tasks.read.all'] } }, app())).toBe(
      '403 app-role-missing',
    )
    const refusal = await refusalOf({ app: { roles: ['B'] } }, app())
    expect(refusal.headers['WWW-Authenticate']).toMatch(
      /scope="https:\/\/tasks\.contoso\.example\/\/\.default"$/,
    )
  })

  it("needs the user's roles, all of them or one, besides the scopes", async () => {
    expect(await asking({ user: { scopes: ['Tasks.Read'], roles: ['Tasks.Admin'] } }, user())).toBe(
      '200',
    )
    expect(
      await asking({ user: { scopes: ['Tasks.Write'], roles: ['Tasks.Admin'] } }, user()),
    ).toBe('403 scope-missing')
    expect(await asking({ user: { anyRole: ['B', 'Tasks.Admin'] } }, user())).toBe('200')
    expect(await asking({ user: { anyRole: ['B', 'C'] } }, user())).toBe('403 user-role-missing')
  })

  it('may be an app without roles that the access list names', async () => {
    const listed: AccessRequirement = { app: { listed: true } }
    const aclClients = [ids.daemon]
    expect(await asking(listed, app({ roles: [] }), { aclClients })).toBe('200')
    expect(await asking(listed, app({ clientId: ids.web }), { aclClients })).toBe(
      '403 client-refused',
    )
    expect(() => compileRequirement(listed, context)).toThrow(
      /allowClientsWithoutPermissions names no client/,
    )
  })
})

describe('clients, tenants and checks of a requirement', () => {
  const scopes = { user: { scopes: ['Tasks.Read'] } } as const

  it('G64 let in only the clients that are listed', async () => {
    expect(await asking({ ...scopes, clients: [ids.web.toUpperCase()] }, user())).toBe('200')
    expect(await asking({ ...scopes, clients: [ids.daemon] }, user())).toBe('403 client-refused')
  })

  it('G45 let in only the tenants that are listed', async () => {
    expect(await asking({ ...scopes, tenants: [ids.contoso] }, user())).toBe('200')
    expect(await asking({ ...scopes, tenants: [ids.fabrikam] }, user())).toBe(
      '403 tenant-not-allowed',
    )
  })

  it("ask the app's own function last, and take only true for yes", async () => {
    const asked: Caller[] = []
    const saying = (answer: unknown): AccessRequirement => ({
      ...scopes,
      check: (caller) => {
        asked.push(caller)
        return answer as boolean // what a check written in JavaScript may answer
      },
    })
    expect(await asking(saying(true), user())).toBe('200')
    expect(await asking(saying(Promise.resolve(true)), user())).toBe('200')
    for (const answer of [false, undefined, null, 1, 'yes', {}, Promise.resolve('yes')]) {
      expect(await asking(saying(answer), user())).toBe('403 check-refused')
    }
    const before = asked.length
    expect(await asking(saying(true), user({ scopes: [] }))).toBe('403 scope-missing')
    expect(asked.length).toBe(before)
    await expect(
      compileRequirement(
        { ...scopes, check: () => Promise.reject(new Error('no database')) },
        context,
      )(user()),
    ).rejects.toThrow('no database')
  })
})

describe('groups of a requirement', () => {
  const [one, two] = [
    '0b1c2d3e-0000-4000-8000-00000000000a',
    '0b1c2d3e-0000-4000-8000-00000000000b',
  ]
  const needed: AccessRequirement = { user: { groups: [one] } }
  const overage = {
    _claim_names: { groups: 'src1' },
    _claim_sources: { src1: { endpoint: 'https://graph.windows.net/x' } },
  }

  it('are read from the token, object ids in any case, names letter by letter', async () => {
    expect(await asking(needed, user({}, { groups: [two, one.toUpperCase()] }))).toBe('200')
    expect(await asking(needed, user({}, { groups: [two] }))).toBe('403 group-missing')
    expect(await asking({ user: { groups: [one, two] } }, user({}, { groups: [one] }))).toBe(
      '403 group-missing',
    )
    expect(await asking({ user: { anyGroup: [one, two] } }, user({}, { groups: [two] }))).toBe(
      '200',
    )
    expect(await asking({ user: { groups: ['Sales'] } }, user({}, { groups: ['Sales'] }))).toBe(
      '200',
    )
    expect(await asking({ user: { groups: ['Sales'] } }, user({}, { groups: ['sales'] }))).toBe(
      '403 group-missing',
    )
    for (const groups of [undefined, one, { 0: one }, null, [[one]]]) {
      expect(await asking(needed, user({}, { groups }))).toBe('403 group-missing')
    }
  })

  it('refuse a user with too many of them when nobody can look them up', async () => {
    expect(await asking(needed, user({}, overage))).toBe('403 groups-unresolved')
    expect(await asking(needed, user({}, { hasgroups: true }))).toBe('403 groups-unresolved')
    expect(await asking(needed, user({}, { ...overage, groups: [one] }))).toBe(
      '403 groups-unresolved',
    )
  })

  it('are looked up once for a caller, shared by parallel requests and routes, for five minutes', async () => {
    let calls = 0
    let now = 0
    const groupsOf = () => {
      calls += 1
      return Promise.resolve([one, two])
    }
    const changes = { groupsOf, clock: () => now }
    const caller = user({}, overage)
    const check = compileRequirement(needed, { ...context, ...changes })
    await Promise.all([check(caller), check(caller), check(caller)])
    expect(await asking({ user: { anyGroup: [two] } }, caller, changes)).toBe('200')
    expect(calls).toBe(1)
    now += 5 * 60_000
    await check(caller)
    expect(calls).toBe(2)
    await check(user({}, overage))
    expect(calls).toBe(3)
  })

  it('T23 are forgotten for those who came first, once they take more than they may', async () => {
    const asked: UserCaller[] = []
    const groupsOf = (caller: UserCaller) => {
      asked.push(caller)
      return Promise.resolve([one, ...Array.from({ length: 999 }, () => two)])
    }
    const check = compileRequirement(needed, { ...context, groupsOf })
    const callers = Array.from({ length: 30 }, () => user({}, overage))
    for (const caller of callers) await check(caller)
    for (const caller of callers.slice(-10)) await check(caller)
    expect(asked).toEqual(callers)
    for (const caller of callers.slice(0, 3)) await check(caller)
    expect(asked.slice(30)).toEqual(callers.slice(0, 3))
  })

  it('refuse when the lookup fails, and look again the next time', async () => {
    let calls = 0
    const outage = new PlatformUnavailableError({
      endpoint: 'graph',
      failure: 'timeout',
      retryAfter: 5,
    })
    const groupsOf = () => {
      calls += 1
      return calls === 1 ? Promise.reject(outage) : Promise.resolve([one])
    }
    const check = compileRequirement(needed, { ...context, groupsOf })
    const caller = user({}, overage)
    await expect(check(caller)).rejects.toBe(outage)
    await check(caller)
    const nothing = compileRequirement(needed, {
      ...context,
      groupsOf: () => Promise.resolve(undefined as never),
    })
    expect(await verdictOf(() => nothing(user({}, overage)))).toBe('403 group-missing')
  })
})

describe('guests and authentication contexts of a requirement', () => {
  const members: AccessRequirement = { user: { scopes: ['Tasks.Read'], guests: 'refuse' } }
  const guests: AccessRequirement = { user: { scopes: ['Tasks.Read'], guests: 'only' } }

  it.each([
    [{ acct: 1 }, true],
    [{ acct: 0 }, false],
    [{ acct: 0, idp: 'live.com' }, false],
    [{ idp: 'live.com' }, true],
    [{ idp: `https://sts.windows.net/${ids.fabrikam}/` }, true],
    [{ idp: `https://sts.windows.net/${ids.contoso}/` }, false],
    [{ idp: `https://login.microsoftonline.com/${ids.contoso}/v2.0` }, false],
    [{ idp: null }, true],
    [{}, false],
  ])('tell a guest by %j', async (claimed, isGuest) => {
    expect(await asking(members, user({}, claimed))).toBe(isGuest ? '403 guest-refused' : '200')
    expect(await asking(guests, user({}, claimed))).toBe(isGuest ? '200' : '403 guest-refused')
  })

  const stepUp: AccessRequirement = { user: { scopes: ['Tasks.Read'], acrs: ['c1', 'c2'] } }

  it('let in a user who has met the contexts', async () => {
    expect(await asking(stepUp, user({}, { acrs: ['c2', 'c1', 'c3'] }))).toBe('200')
  })

  it('G70 challenge a client that understands claims challenges, for the first missing context', async () => {
    const refusal = await refusalOf(stepUp, user({}, { acrs: ['c1'], xms_cc: ['CP1'] }))
    expect(refusal).toBeInstanceOf(ClaimsRequiredError)
    expect(refusal.status).toBe(401)
    const header = String(refusal.headers['WWW-Authenticate'])
    expect(header).toBe(
      `Bearer realm="${ids.contoso}", authorization_uri="https://login.microsoftonline.com/${ids.contoso}/oauth2/authorize", ` +
        `client_id="${ids.api}", error="insufficient_claims", ` +
        `error_description="The user must sign in again to meet a further requirement", ` +
        `claims="eyJhY2Nlc3NfdG9rZW4iOnsiYWNycyI6eyJlc3NlbnRpYWwiOnRydWUsInZhbHVlIjoiYzIifX19"`,
    )
    expect(refusal).toMatchObject({
      claims: '{"access_token":{"acrs":{"essential":true,"value":"c2"}}}',
    })
  })

  it.each([undefined, [], ['cp2'], 'cp1', { 0: 'cp1' }])(
    'G70 refuse a client whose capabilities are %j',
    async (capabilities) => {
      expect(await asking(stepUp, user({}, { xms_cc: capabilities }))).toBe(
        '403 auth-context-missing',
      )
    },
  )

  it('ask for the context only when all else holds', async () => {
    expect(await asking(stepUp, user({ scopes: [] }, { xms_cc: ['cp1'] }))).toBe(
      '403 scope-missing',
    )
  })
})

describe('a requirement that requires nothing, or what cannot be', () => {
  const wrong: [string, unknown, RegExp][] = [
    ['nothing', undefined, /Expected an object/],
    ['an empty object', {}, /neither user nor app/],
    ['clients alone', { clients: [ids.web] }, /neither user nor app/],
    ['a check alone', { check: () => true }, /neither user nor app/],
    ['an empty user', { user: {} }, /requires nothing of a user/],
    ['guests alone', { user: { guests: 'refuse' } }, /requires nothing of a user/],
    ['an empty app', { app: {} }, /requires nothing of an app/],
    ['an undefined list', { user: { scopes: undefined } }, /requires nothing of a user/],
    ['null', { user: null }, /user is null/],
    ['a misspelt key', { user: { scope: ['A'] } }, /no key "scope". Did you mean scopes\?/],
    ['a misspelt kind', { users: { scopes: ['A'] } }, /no key "users". Did you mean user\?/],
    ["an app's scopes", { app: { scopes: ['A'] } }, /app has no key "scopes"/],
    ['no scopes', { user: { scopes: [] } }, /at least one entry/],
    ['a lone string', { user: { scopes: 'A' } }, /at least one entry/],
    ['an empty scope', { user: { scopes: [''] } }, /without spaces/],
    ['a number', { user: { scopes: [7] } }, /user\.scopes holds 7/],
    ['two in one', { user: { scopes: ['A B'] } }, /several arguments/],
    ['a list in a list', { user: { scopes: [['A']] } }, /without spaces/],
    ['one twice', { user: { scopes: ['A', 'A'] } }, /names "A" twice/],
    ['one in both forms', { user: { scopes: ['A', `api://${ids.api}/A`] } }, /names "A" twice/],
    [
      'all and any',
      { user: { scopes: ['A'], anyScope: ['B'] } },
      /both scopes \(all of them\) and anyScope/,
    ],
    ['all and any roles', { app: { roles: ['A'], anyRole: ['B'] } }, /both roles/],
    ['all and any groups', { user: { groups: ['A'], anyGroup: ['B'] } }, /both groups/],
    ['.default', { user: { scopes: [`api://${ids.api}/.default`] } }, /never carry it/],
    [
      '.default with two slashes',
      { user: { scopes: ['https://tasks.contoso.example//.default'] } },
      /never carry it/,
    ],
    ['a bare resource', { user: { scopes: [`api://${ids.api}/`] } }, /never carry it/],
    ['a scope of sign-in', { user: { scopes: ['openid'] } }, /belongs to sign-in/],
    [
      "another API's scope",
      { user: { scopes: ['https://graph.microsoft.com/User.Read'] } },
      /a scope of another API/,
    ],
    ['a tenant by domain', { user: { scopes: ['A'] }, tenants: ['contoso.com'] }, /Expected GUIDs/],
    ['a client by name', { user: { scopes: ['A'] }, clients: ['web'] }, /Expected GUIDs/],
    ['guests misspelt', { user: { scopes: ['A'], guests: false } }, /Expected 'refuse' or 'only'/],
    ['a check that is none', { user: { scopes: ['A'] }, check: true }, /Expected a function/],
    ['roles and listed', { app: { roles: ['A'], listed: true } }, /requires nothing of an app/],
    ['a quote in a scope', { user: { scopes: ['A"'] } }, /without spaces and quotes/],
  ]

  it.each(wrong)('G65 throws at construction: %s', (_title, requirement, message) => {
    const compile = () => compileRequirement(requirement as AccessRequirement, context) // from JavaScript
    expect(compile).toThrow(message)
    expect(compile).toThrow(expect.objectContaining({ code: 'ERR_ENTRA_CONFIGURATION' }))
  })

  it('does not compile', () => {
    const requirements: AccessRequirement[] = [
      // @ts-expect-error -- nobody is named
      {},
      // @ts-expect-error -- nothing is required of a user
      { user: {} },
      // @ts-expect-error -- whether guests may come is no requirement by itself
      { user: { guests: 'refuse' } },
      // @ts-expect-error -- an empty list
      { user: { scopes: [] } },
      // @ts-expect-error -- a lone string
      { user: { scopes: 'A' } },
      // @ts-expect-error -- both all and any
      { user: { scopes: ['A'], anyScope: ['B'] } },
      // @ts-expect-error -- scopes belong to users
      { app: { scopes: ['A'] } },
      // @ts-expect-error -- nothing is required of an app
      { app: {} },
      // @ts-expect-error -- misspelt
      { user: { scope: ['A'] } },
      // @ts-expect-error -- a condition without a kind of caller
      { clients: ['A'] },
      // @ts-expect-error -- an empty list of clients
      { user: { scopes: ['A'] }, clients: [] },
      { user: { scopes: ['A'] } },
      { user: { anyScope: ['A'], roles: ['B'], guests: 'refuse' }, app: { anyRole: ['C'] } },
      { app: { listed: true }, clients: ['A'], check: () => true },
    ]
    expect(requirements).toHaveLength(14)
  })
})
